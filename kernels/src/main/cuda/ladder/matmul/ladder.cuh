// What the steps of the matmul ladder share: their arguments, and the order of summation, which is
// that of the product kernel (matmul.cuh): chunks of 64 along k, each summed from zero, added in
// order. So all steps give the same bits, and a wrong step is a different bit, not a larger error.
//
// C [m, n] = A [m, k] B [k, n], row-major, rows lda, ldb and ldc values apart.
#pragma once
#include "gpu.h"

#define LADDER_ARGUMENTS                                                                         \
  const float *__restrict__ a, const float *__restrict__ b, float *__restrict__ c, int m, int n, \
      int k, long long lda, long long ldb, long long ldc

constexpr int LADDER_CHUNK = 64;

// A sum in chunks.
struct ChunkSum {
  float total = 0.0f, chunk = 0.0f;

  // Adds the product number `at`, of which `count` come.
  __device__ void add(float x, float y, int at, int count) {
    chunk = fmaf(x, y, chunk);
    if (at % LADDER_CHUNK == LADDER_CHUNK - 1 || at == count - 1) {
      total += chunk;
      chunk = 0.0f;
    }
  }
};
