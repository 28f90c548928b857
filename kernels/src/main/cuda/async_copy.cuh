// cp.async (sm_80): copies from global to shared memory that pass no register and run beside the
// arithmetic. A thread starts copies, closes them into a group, and waits until at most N of its groups
// are under way; others see the data after a barrier behind that wait.
//
//   copy_async<16>(to, from)   to: shared, from: global, both multiples of the size; 4, 8 or 16 bytes
//   copy_async<16>(to, from, n)  reads the first n bytes only and fills up with zeros: a tile's ragged edge
//   copy_async_commit()
//   copy_async_wait<N>()
#pragma once
#include "gpu.h"

#if defined(__CUDACC__)

DEV unsigned shared_address(const void* p) {
  return static_cast<unsigned>(__cvta_generic_to_shared(p));
}

template <int BYTES>
DEV void copy_async(void* to, const void* from) {
  static_assert(BYTES == 4 || BYTES == 8 || BYTES == 16, "cp.async copies 4, 8 or 16 bytes");
  if constexpr (BYTES == 16) {  // past the L1 cache: the data are read once
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(to)), "l"(from)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2;" ::"r"(shared_address(to)), "l"(from),
                 "n"(BYTES)
                 : "memory");
  }
}

template <int BYTES>
DEV void copy_async(void* to, const void* from, int valid) {
  static_assert(BYTES == 4 || BYTES == 8 || BYTES == 16, "cp.async copies 4, 8 or 16 bytes");
  if constexpr (BYTES == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(to)),
                 "l"(from), "r"(valid)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(shared_address(to)),
                 "l"(from), "n"(BYTES), "r"(valid)
                 : "memory");
  }
}

DEV void copy_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <int N>
DEV void copy_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

#else

#include "../host/async_copy.h"

// A macro, so that a report names the line of the kernel: copy_async<16>(to, from).
#define copy_async ::emu::AsyncCopyAt{EMU_HERE}.copy
DEV void copy_async_commit() { emu::copy_commit(); }
template <int N>
DEV void copy_async_wait() {
  emu::copy_wait(N);
}

#endif
