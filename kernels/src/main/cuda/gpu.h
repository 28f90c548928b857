// The one header a kernel includes.
//
// nvcc compiles a .cu file for the device, g++ compiles the same file for the emulator in ../host,
// where every thread of a block is a fiber on the CPU. This header makes both see the same words:
//
//   KERNEL name(args) { ... }      a kernel, found by its plain name
//   REGISTER_KERNEL(name)          after it; tells the emulator its parameters
//   DEV T helper(...)              a device function
//   __shared__ T a[N]              static shared memory, as in CUDA
//   DYN_SHARED(T, name)            the dynamic shared memory of the launch, 1024-byte aligned
//   bf16, f16                      storage types; all arithmetic is on floats
//
// Thread and warp functions, vector types, atomics and mathematics are CUDA's own names.
#pragma once
#include <stdint.h>

#if defined(__CUDACC__)

#define DEV static __device__ __forceinline__
#define REGISTER_KERNEL(name) static_assert(true, "the emulator's business")
#define DYN_SHARED(T, name)                                      \
  extern __shared__ __align__(1024) unsigned char dyn_shared_[]; \
  T* const name = reinterpret_cast<T*>(dyn_shared_)

#else

#include "../host/device.h"

#define DEV static inline
#define REGISTER_KERNEL(name) EMU_REGISTER(name)
#define DYN_SHARED(T, name) T* const name = reinterpret_cast<T*>(::emu::dynamic_shared())

#endif

#define KERNEL extern "C" __global__ void

constexpr int WARP = 32;
constexpr unsigned ALL_LANES = 0xffffffffu;

/// bfloat16: the upper half of a float. Rounds to nearest, ties to even; NaN becomes 0x7fff.
struct bf16 {
  uint16_t bits;
};

/// IEEE half precision. Rounds to nearest, ties to even.
struct f16 {
  uint16_t bits;
};

DEV float bf2f(bf16 v) { return __uint_as_float(uint32_t(v.bits) << 16); }

#if defined(__CUDACC__)

DEV bf16 f2bf(float v) {
  bf16 r;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r.bits) : "f"(v));
  return r;
}

DEV f16 f2h(float v) {
  f16 r;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(v));
  return r;
}

DEV float h2f(f16 v) {
  float r;
  asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(v.bits));
  return r;
}

#else

DEV bf16 f2bf(float v) { return bf16{emu::to_bfloat16(v)}; }
DEV f16 f2h(float v) { return f16{emu::to_float16(v)}; }
DEV float h2f(f16 v) { return emu::from_float16(v.bits); }

#endif
