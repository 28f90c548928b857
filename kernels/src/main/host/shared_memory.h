// Shared memory: what the threads of one block have in common.
//
// Static arrays lie in a section of the library, one section a source file (see device.h); dynamic shared
// memory is one range that ends at a guard page, so that running past its end is noticed. Both hold no zeros but
// 0xff bytes (NaN as floats, -1 as integers) when a launch begins: a kernel that reads what it has not
// written computes nonsense that shows.
#pragma once
#include <stddef.h>

#include "registry.h"

namespace emu {

/// Bytes of the gap between two static arrays in the checked build.
constexpr size_t SHARED_GAP = 64;

/// The most dynamic shared memory a block may ask for: that of an H100 or H200.
constexpr size_t MAX_SHARED = 227 << 10;

/// The dynamic shared memory of the running block.
void* dynamic_shared();
size_t dynamic_shared_bytes();

/// Lays out and poisons the shared memory for a launch.
void prepare_shared(const Kernel& kernel, size_t dynamic_bytes);

/// Whether the address lies in the dynamic range or the guard behind it.
bool is_dynamic_shared(const void* address);

}  // namespace emu
