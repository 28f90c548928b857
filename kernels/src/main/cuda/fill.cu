// Fills memory with one 32-bit pattern: y[i] = value for i < n.
//
// Grid-stride loop: neighbouring threads write neighbouring words, so a warp's stores are one
// 128-byte line. 4 bytes written an element, none read.
#include "gpu.h"

KERNEL fill_u32(uint32_t* __restrict__ y, uint32_t value, long long n) {
  const long long step = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += step) {
    y[i] = value;
  }
}
REGISTER_KERNEL(fill_u32);
