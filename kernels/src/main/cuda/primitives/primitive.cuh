// Kernels that each do one thing that a GPU has in hardware, on inputs rich in bits. The tests compare
// their results with what NVIDIA's manuals say, on a GPU and on the emulator; and `gpu-check --write-golden`
// keeps a GPU's results, with which the emulator's are compared where there is no GPU. The Java twin of
// each is in the tests, dev.kernite.test.primitives.
//
// All read words and write words. Unless a kernel says otherwise, thread t of T writes its k-th result to
// out[k * T + t].
#pragma once
#include "gpu.h"

#define PRIMITIVE(name) \
  KERNEL primitive_##name(const uint32_t* __restrict__ in, uint32_t* __restrict__ out)
