// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
// numbers: as easy as 1, 2, 3" (SC 2011). The same words as Philox.java, so every stream has the
// same bits on every device: nothing here may be contracted to a fused multiply-add.
#pragma once
#include "gpu.h"

/** The four words of a block. */
struct Words {
  unsigned w[4];
};

/** Block number `block` of stream 0 under a key (the seed). */
DEV Words philox(uint64_t key, uint64_t block) {
  unsigned k0 = static_cast<unsigned>(key);
  unsigned k1 = static_cast<unsigned>(key >> 32);
  Words c{{static_cast<unsigned>(block), static_cast<unsigned>(block >> 32), 0, 0}};
#pragma unroll
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = static_cast<uint64_t>(0xD2511F53u) * c.w[0];
    const uint64_t p1 = static_cast<uint64_t>(0xCD9E8D57u) * c.w[2];
    c = Words{{static_cast<unsigned>(p1 >> 32) ^ c.w[1] ^ k0, static_cast<unsigned>(p1),
               static_cast<unsigned>(p0 >> 32) ^ c.w[3] ^ k1, static_cast<unsigned>(p0)}};
    k0 += 0x9E3779B9u;  // golden ratio
    k1 += 0xBB67AE85u;  // sqrt(3) - 1
  }
  return c;
}

constexpr float ULP_24 = 1.0f / (1 << 24);

/** [0, 1): the high 24 bits. */
DEV float uniform(unsigned bits) {
  return static_cast<float>(bits >> 8) * ULP_24;
}

/** (0, 1], for use under a logarithm. */
DEV float uniform_positive(unsigned bits) {
  return static_cast<float>((bits >> 8) + 1) * ULP_24;
}
