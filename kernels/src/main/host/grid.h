// A launch: the blocks of a grid, one after another.
#pragma once
#include "fault.h"
#include "registry.h"
#include "vector_types.h"

namespace emu {

/// Runs a kernel over a grid. The geometry is valid (the driver has checked it); arguments holds one
/// pointer to each argument. The fault has result 0 if the kernel ran to its end.
Fault run_grid(const Kernel& kernel, dim3 grid, dim3 block, size_t dynamic_shared, void** arguments);

}  // namespace emu
