// Which of the two libraries this is; each links one of fast.cpp and check.cpp beside it.
#pragma once

namespace emu {

extern const bool CHECKED_BUILD;

}  // namespace emu
