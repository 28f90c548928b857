// Named barriers (PTX ISA, bar.sync and bar.arrive): some of a block's warps meet, while others go on.
//
//   barrier_sync(id, threads)     waits until that many threads have come, this one among them
//   barrier_arrive(id, threads)   counts as one of them, and goes on
//
// id: 1 to 15 (__syncthreads is 0). threads: all who come, waiting or not; a multiple of 32, since whole
// warps come. What a thread did before it came is there for those who have waited.
#pragma once
#include "gpu.h"

#if defined(__CUDACC__)

DEV void barrier_sync(int id, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

DEV void barrier_arrive(int id, int threads) {
  asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

#else

#include "../host/named_barrier.h"

#define barrier_sync(id, threads) ::emu::come_to_barrier(id, threads, true, EMU_HERE)
#define barrier_arrive(id, threads) ::emu::come_to_barrier(id, threads, false, EMU_HERE)

#endif
