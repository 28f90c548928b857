// The warp-wide matrix instructions, as loops. The layouts are PTX's: see ../cuda/tensor_core.cuh.
//
// Products of bf16, f16 and tf32 are exact in float32; their sums are taken in order of k, each rounded. A
// tensor core sums in another order and rounds otherwise, so results agree to some units in the last
// place only.
#pragma once
#include <stdint.h>

#include "fault.h"

namespace emu {

enum class Element : uint8_t { BF16, F16, TF32 };

/// ldmatrix of 1, 2 or 4 matrices into as many registers.
void load_matrices(uint32_t* result, int matrices, const void* row, bool transposed, Place place);

/// mma: a of 2 * halves registers and b of halves, 1 or 2.
void multiply_add(Element element, float (&d)[4], const uint32_t* a, const uint32_t* b, int halves,
                  Place place);

template <int N>
void warp_load_matrices(uint32_t (&result)[N], const void* row, bool transposed, Place place) {
  static_assert(N == 1 || N == 2 || N == 4, "ldmatrix loads 1, 2 or 4 matrices");
  load_matrices(result, N, row, transposed, place);
}

template <int A, int B>
void warp_multiply_add(Element element, float (&d)[4], const uint32_t (&a)[A],
                       const uint32_t (&b)[B], Place place) {
  static_assert(A == 2 * B && (B == 1 || B == 2), "mma takes 4 and 2 registers, or 2 and 1");
  multiply_add(element, d, a, b, B, place);
}

}  // namespace emu
