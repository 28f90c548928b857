#include "variant.h"

namespace emu {

const bool CHECKED_BUILD = false;

}  // namespace emu
