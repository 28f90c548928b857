// What threads of different warps know of one another, in the checked build: through named barriers.
// (__syncthreads orders all threads of a block, __syncwarp those of a warp: see checker.cpp.)
#pragma once
#include <stdint.h>

#include <vector>

namespace emu {

/// By thread: its clock when somebody last heard of it. Empty in the fast build.
using Clocks = std::vector<uint32_t>;

/// The running thread adds what it knows; what it does from now on is not part of it.
void tell(Clocks& clocks);

/// A thread knows all that is in there: what it does from now on comes after it.
void learn(int thread, const Clocks& clocks);

}  // namespace emu
