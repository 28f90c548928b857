// Tensor cores of sm_80: a warp multiplies small matrices together, each lane holding some elements
// (PTX ISA, "Matrix fragments for mma.m16n8k16").
//
//   load_matrices(r, p)             four 8 x 8 matrices of 16-bit elements from shared memory; lane i
//   load_matrices_transposed(r, p)  points to row i % 8 of matrix i / 8, 16-byte aligned
//   multiply_add(d, a, b)           D[16, 8] += A[16, 16] B[16, 8] of bf16, summed in float32
//
// With g = lane / 4 and t = lane % 4 a lane holds
//   a[0..3]  A[g][2t, 2t+1], A[g+8][2t, 2t+1], A[g][2t+8, 2t+9], A[g+8][2t+8, 2t+9]
//   b[0..1]  B[2t, 2t+1][g], B[2t+8, 2t+9][g]
//   d[0..3]  D[g][2t], D[g][2t+1], D[g+8][2t], D[g+8][2t+1]
// two bf16 a register, the first in the lower half.
#pragma once
#include "gpu.h"

#if defined(__CUDACC__)

DEV unsigned matrix_address(const void* p) {
  return static_cast<unsigned>(__cvta_generic_to_shared(p));
}

DEV void load_matrices(uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(matrix_address(row))
               : "memory");
}

DEV void load_matrices_transposed(uint32_t (&r)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(matrix_address(row))
               : "memory");
}

DEV void multiply_add(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

#else

#include "../host/tensor_core.h"

#define load_matrices(r, row) ::emu::warp_load_matrices(r, row, false, EMU_HERE)
#define load_matrices_transposed(r, row) ::emu::warp_load_matrices(r, row, true, EMU_HERE)
#define multiply_add(d, a, b) ::emu::warp_multiply_add(d, a, b, EMU_HERE)

#endif
