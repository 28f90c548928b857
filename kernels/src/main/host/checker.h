// The checked build: what is known of every byte of memory, and the rules an access must keep.
//
// Kernels are compiled with -fsanitize=thread, which calls a function before every load and store.
// Those functions are ours (hooks.cpp) and lead here. In the fast build nothing calls them.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "device_memory.h"
#include "fault.h"
#include "registry.h"

namespace emu {

enum class Access : uint8_t { READ, WRITE, ATOMIC };

/// Whether this library is the checked build.
bool checking();

/// Checks one access of the running thread: in bounds, of initialised memory, and ordered with what
/// other threads did there. Fails the launch otherwise. Does nothing in the fast build.
void check_access(const void* address, size_t bytes, Access access, Place place);

/// Fails the launch: address is no multiple of bytes, and lies in device or shared memory.
void check_alignment(const void* address, size_t bytes, Place place);

/// __syncwarp: what the lanes of the mask did before is ordered with what they do after.
void order_lanes(int warp, unsigned mask);

void begin_checked_launch(const Kernel& kernel);
void begin_checked_block(int threads);

void make_shadow(Allocation& allocation);
void release_shadow(Allocation& allocation);

/// The host or a copy has written there. Copies hand on what they read: from says where (or null: the
/// host, all initialised).
void mark_written(void* address, size_t bytes, const void* from);

/// An atomic operation on memory: no other thread comes between its read and its write.
template <class T, class F>
__attribute__((no_sanitize("thread", "undefined"))) inline T atomic_update(T* p, F update,
                                                                           Place place) {
  check_access(p, sizeof(T), Access::ATOMIC, place);
  volatile T* memory = p;
  const T old = *memory;
  *memory = update(old);
  return old;
}

}  // namespace emu
