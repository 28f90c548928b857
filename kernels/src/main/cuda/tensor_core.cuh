// Tensor cores of sm_80: a warp multiplies small matrices together, each lane holding some elements
// (PTX ISA, "Matrix fragments for mma.m16n8k16", and k8, k4).
//
//   load_matrices(r, p)             1, 2 or 4 8 x 8 matrices of 16-bit elements, as r has registers, from
//   load_matrices_transposed(r, p)  shared memory; lane i points to row i % 8 of matrix i / 8, 16-byte
//                                   aligned; what lanes past the last matrix point to is not read
//   multiply_add(d, a, b)           D[16, 8] += A[16, k] B[k, 8] of bf16, summed in float32; k = 16 where a
//   multiply_add_f16(d, a, b)       has 4 registers, 8 where it has 2; the same of f16
//   multiply_add_tf32(d, a, b)      k = 8 or 4: floats, whose lower 13 bits are ignored
//
// With g = lane / 4 and t = lane % 4 a lane holds
//   a[0..3]  A[g][2t, 2t+1], A[g+8][2t, 2t+1], A[g][2t+8, 2t+9], A[g+8][2t+8, 2t+9]
//   b[0..1]  B[2t, 2t+1][g], B[2t+8, 2t+9][g]
//   d[0..3]  D[g][2t], D[g][2t+1], D[g+8][2t], D[g+8][2t+1]
// two bf16 or f16 a register, the first in the lower half; of tf32
//   a[0..3]  A[g][t], A[g+8][t], A[g][t+4], A[g+8][t+4]
//   b[0..1]  B[t][g], B[t+4][g]
#pragma once
#include "gpu.h"

#if defined(__CUDACC__)

DEV unsigned matrix_address(const void* p) {
  return static_cast<unsigned>(__cvta_generic_to_shared(p));
}

#define LDMATRIX(modifier, row)                                                        \
  if constexpr (N == 1) {                                                              \
    asm volatile("ldmatrix.sync.aligned.m8n8.x1" modifier ".shared.b16 {%0}, [%1];"    \
                 : "=r"(r[0])                                                          \
                 : "r"(matrix_address(row))                                            \
                 : "memory");                                                          \
  } else if constexpr (N == 2) {                                                       \
    asm volatile("ldmatrix.sync.aligned.m8n8.x2" modifier ".shared.b16 {%0, %1}, [%2];" \
                 : "=r"(r[0]), "=r"(r[1])                                              \
                 : "r"(matrix_address(row))                                            \
                 : "memory");                                                          \
  } else {                                                                             \
    static_assert(N == 4, "ldmatrix loads 1, 2 or 4 matrices");                        \
    asm volatile("ldmatrix.sync.aligned.m8n8.x4" modifier                              \
                 ".shared.b16 {%0, %1, %2, %3}, [%4];"                                 \
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])                      \
                 : "r"(matrix_address(row))                                            \
                 : "memory");                                                          \
  }

template <int N>
DEV void load_matrices(uint32_t (&r)[N], const void* row) {
  LDMATRIX("", row)
}

template <int N>
DEV void load_matrices_transposed(uint32_t (&r)[N], const void* row) {
  LDMATRIX(".trans", row)
}

#define MMA(name, type, long_k, short_k)                                               \
  DEV void name(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {       \
    asm volatile("mma.sync.aligned.m16n8" long_k ".row.col.f32." type "." type ".f32 " \
                 "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"     \
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                      \
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));  \
  }                                                                                    \
  DEV void name(float (&d)[4], const uint32_t (&a)[2], const uint32_t (&b)[1]) {       \
    asm volatile("mma.sync.aligned.m16n8" short_k ".row.col.f32." type "." type ".f32 " \
                 "{%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"                 \
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])                      \
                 : "r"(a[0]), "r"(a[1]), "r"(b[0]));                                   \
  }

MMA(multiply_add, "bf16", "k16", "k8")
MMA(multiply_add_f16, "f16", "k16", "k8")
MMA(multiply_add_tf32, "tf32", "k8", "k4")

#undef LDMATRIX
#undef MMA

#else

#include "../host/tensor_core.h"

#define load_matrices(r, row) ::emu::warp_load_matrices(r, row, false, EMU_HERE)
#define load_matrices_transposed(r, row) ::emu::warp_load_matrices(r, row, true, EMU_HERE)
#define multiply_add(d, a, b) ::emu::warp_multiply_add(::emu::Element::BF16, d, a, b, EMU_HERE)
#define multiply_add_f16(d, a, b) ::emu::warp_multiply_add(::emu::Element::F16, d, a, b, EMU_HERE)
#define multiply_add_tf32(d, a, b) ::emu::warp_multiply_add(::emu::Element::TF32, d, a, b, EMU_HERE)

#endif
