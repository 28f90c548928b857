// The warp-wide matrix instructions, as loops. The layouts are PTX's: see ../cuda/tensor_core.cuh.
//
// Products of bf16 are exact in float32; their sums are taken in order of k, each rounded. A tensor core
// sums in another order and rounds less often, so results agree to some units in the last place only.
#pragma once
#include <stdint.h>

#include "fault.h"

namespace emu {

void warp_load_matrices(uint32_t (&result)[4], const void* row, bool transposed, Place place);
void warp_multiply_add(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], Place place);

}  // namespace emu
