// CUDA's words for g++: what a kernel sees of the emulator.
//
// Nothing here computes on its own. Barriers and warp functions pass on where they were called from
// (__FILE__, __LINE__), so that a report can name the line; see block.h and warp.h for what they do.
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <type_traits>

#include "block.h"
#include "checker.h"
#include "registry.h"
#include "shared_memory.h"
#include "vector_types.h"
#include "warp.h"

#define __global__ __attribute__((noinline))
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __grid_constant__
#define __align__(n) __attribute__((aligned(n)))
#define __constant__ static const

// Shared arrays are static variables: there is one block at a time. They, and nothing else, make up the
// .bss section of a kernel's object file; the build names that section after the file, so that a launch
// can poison what its kernel may use. (g++ 12 ignores a section attribute inside of templates.)
//
// The checked build puts a gap between any two arrays: an index past the end of one lands in a gap, not
// in the next array. The empty instruction keeps the compiler from dropping the gap.
#if defined(EMU_CHECKED)
#define __shared__ EMU_SHARED_BESIDE(EMU_JOIN(emu_gap_, __COUNTER__))
#define EMU_SHARED_BESIDE(gap)            \
  static char gap[::emu::SHARED_GAP];     \
  asm volatile("" : : "m"(gap));          \
  static
#else
#define __shared__ static
#endif

#define EMU_HERE (::emu::Place{__FILE__, __LINE__, nullptr})

// ---- barriers ----------------------------------------------------------------------------------
#define __syncthreads() ::emu::sync_block(EMU_HERE)
#define __syncthreads_or(v) ::emu::sync_block_or((v) != 0, EMU_HERE)
#define __syncthreads_and(v) ::emu::sync_block_and((v) != 0, EMU_HERE)
#define __syncthreads_count(v) ::emu::sync_block_count((v) != 0, EMU_HERE)
#define __threadfence() ((void)0)        // blocks run one after another on one processor:
#define __threadfence_block() ((void)0)  // memory is always in order here

// ---- warp functions; the optional last argument is CUDA's default ------------------------------
#define EMU_MASK(unused, mask, ...) (mask)
#define __syncwarp(...) \
  ::emu::sync_warp(EMU_MASK(0 __VA_OPT__(, ) __VA_ARGS__, 0xffffffffu), EMU_HERE)
#define EMU_WIDTH(mask, value, lane, width, ...) mask, value, lane, width
#define __shfl_sync(...) \
  ::emu::shuffle(::emu::WarpOp::SHFL_IDX, EMU_WIDTH(__VA_ARGS__, 32, ), EMU_HERE)
#define __shfl_up_sync(...) \
  ::emu::shuffle(::emu::WarpOp::SHFL_UP, EMU_WIDTH(__VA_ARGS__, 32, ), EMU_HERE)
#define __shfl_down_sync(...) \
  ::emu::shuffle(::emu::WarpOp::SHFL_DOWN, EMU_WIDTH(__VA_ARGS__, 32, ), EMU_HERE)
#define __shfl_xor_sync(...) \
  ::emu::shuffle(::emu::WarpOp::SHFL_XOR, EMU_WIDTH(__VA_ARGS__, 32, ), EMU_HERE)
#define __ballot_sync(mask, p) ::emu::ballot(mask, (p) != 0, EMU_HERE)
#define __any_sync(mask, p) (::emu::ballot(mask, (p) != 0, EMU_HERE) != 0)
#define __all_sync(mask, p) (::emu::ballot(mask, (p) == 0, EMU_HERE) == 0)

// ---- atomics: a read and a write that no other thread can come between -------------------------
#define EMU_ATOMIC(p, expression) \
  ::emu::atomic_update(p, [&](auto old) -> decltype(old) { return expression; }, EMU_HERE)
#define atomicAdd(p, v) EMU_ATOMIC(p, old + (v))
#define atomicSub(p, v) EMU_ATOMIC(p, old - (v))
#define atomicMax(p, v) EMU_ATOMIC(p, old > (v) ? old : (v))
#define atomicMin(p, v) EMU_ATOMIC(p, old < (v) ? old : (v))
#define atomicAnd(p, v) EMU_ATOMIC(p, old & (v))
#define atomicOr(p, v) EMU_ATOMIC(p, old | (v))
#define atomicExch(p, v) EMU_ATOMIC(p, (v))
#define atomicCAS(p, expected, v) EMU_ATOMIC(p, old == (expected) ? (v) : old)

// ---- memory ------------------------------------------------------------------------------------
template <class T>
static inline T __ldg(const T* p) {
  return *p;
}
template <class T>
static inline T __ldcs(const T* p) {
  return *p;
}
template <class T>
static inline void __stcs(T* p, T v) {
  *p = v;
}

// ---- bits --------------------------------------------------------------------------------------
template <class To, class From>
static inline To emu_bits(From v) {
  static_assert(sizeof(To) == sizeof(From));
  To r;
  memcpy(&r, &v, sizeof r);
  return r;
}
static inline float __int_as_float(int v) { return emu_bits<float>(v); }
static inline float __uint_as_float(unsigned v) { return emu_bits<float>(v); }
static inline int __float_as_int(float v) { return emu_bits<int>(v); }
static inline long long __double_as_longlong(double v) { return emu_bits<long long>(v); }
static inline double __longlong_as_double(long long v) { return emu_bits<double>(v); }
static inline unsigned __float_as_uint(float v) { return emu_bits<unsigned>(v); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (uint64_t(a) * b) >> 32; }
static inline int __mulhi(int a, int b) { return int((int64_t(a) * b) >> 32); }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
static inline int __popcll(unsigned long long v) { return __builtin_popcountll(v); }
static inline int __ffs(int v) { return __builtin_ffs(v); }
static inline int __clz(int v) { return v == 0 ? 32 : __builtin_clz(unsigned(v)); }
static inline int __clzll(long long v) {
  return v == 0 ? 64 : __builtin_clzll((unsigned long long)v);
}

// ---- mathematics; the rest is the C library's, under the same names ----------------------------
static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline float normcdff(float x) { return float(0.5 * erfc(-x * 0.70710678118654752440)); }
static inline float rcbrtf(float x) { return 1.0f / cbrtf(x); }
static inline double rsqrt(double x) { return 1.0 / sqrt(x); }
static inline float sinpif(float x) { return float(sin(3.14159265358979323846 * fmod(x, 2.0))); }
static inline float cospif(float x) { return float(cos(3.14159265358979323846 * fmod(x, 2.0))); }
static inline void sincospif(float x, float* s, float* c) {
  *s = sinpif(x);
  *c = cospif(x);
}

// The _rn functions promise not to be fused into a multiply-add: the compiler must not look through.
static inline float emu_rounded(float v) {
  asm("" : "+x"(v));
  return v;
}
static inline double emu_rounded(double v) {
  asm("" : "+x"(v));
  return v;
}
static inline double __dadd_rn(double a, double b) { return emu_rounded(a + b); }
static inline double __dmul_rn(double a, double b) { return emu_rounded(a * b); }
static inline double __ddiv_rn(double a, double b) { return a / b; }
static inline double __dsqrt_rn(double x) { return sqrt(x); }
static inline float __fadd_rn(float a, float b) { return emu_rounded(a + b); }
static inline float __fsub_rn(float a, float b) { return emu_rounded(a - b); }
static inline float __fmul_rn(float a, float b) { return emu_rounded(a * b); }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float x) { return sqrtf(x); }
static inline float __frcp_rn(float x) { return 1.0f / x; }
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline int __float2int_rn(float x) { return int(nearbyintf(x)); }
static inline int __float2int_rz(float x) { return int(x); }
static inline int __float2int_rd(float x) { return int(floorf(x)); }

// CUDA's min and max are there for all number types; those of floats return the number beside a NaN.
template <class A, class B>
static inline std::common_type_t<A, B> min(A a_, B b_) {
  const std::common_type_t<A, B> a = a_, b = b_;
  return a < b || b != b ? a : b;
}
template <class A, class B>
static inline std::common_type_t<A, B> max(A a_, B b_) {
  const std::common_type_t<A, B> a = a_, b = b_;
  return a > b || b != b ? a : b;
}

namespace emu {

// A NaN keeps no payload: the device's cvt.rn.bf16.f32 gives 0x7fff for all of them.
static inline uint16_t to_bfloat16(float v) {
  const uint32_t u = __float_as_uint(v);
  if ((u & 0x7fffffffu) > 0x7f800000u) {
    return 0x7fff;
  }
  return uint16_t((u + 0x7fffu + (u >> 16 & 1)) >> 16);
}
// The device's cvt.rn.f16.f32 gives 0x7fff for every NaN as well.
static inline uint16_t to_float16(float v) {
  return v != v ? uint16_t(0x7fff) : emu_bits<uint16_t>(_Float16(v));
}
static inline float from_float16(uint16_t bits) { return float(emu_bits<_Float16>(bits)); }

}  // namespace emu
