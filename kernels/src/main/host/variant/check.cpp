#include "variant.h"

namespace emu {

const bool CHECKED_BUILD = true;

}  // namespace emu
