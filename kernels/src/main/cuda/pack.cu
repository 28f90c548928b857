// Weights that are packed once and used often: [k, pitch] with the pitch rounded up to 8 values, so
// that every row starts on a 16-byte boundary, in float32, bfloat16 or float16.
#include "gpu.h"
#include "stored.cuh"

// Order of WeightType.java.
constexpr int FLOAT32 = 0;
constexpr int BFLOAT16 = 1;

constexpr int PACK_TILE = 32;

DEV float stored_value(const void* values, int type, long long at) {
  if (type == FLOAT32) return static_cast<const float*>(values)[at];
  if (type == BFLOAT16) return bf2f(static_cast<const bf16*>(values)[at]);
  return h2f(static_cast<const f16*>(values)[at]);
}

// Narrows to nearest, ties to even; tells whether the type could hold the value.
DEV bool put_value(void* values, int type, long long at, float value) {
  if (type == FLOAT32) {
    static_cast<float*>(values)[at] = value;
    return true;
  }
  if (type == BFLOAT16) {
    static_cast<bf16*>(values)[at] = f2bf(value);
    return true;
  }
  const f16 half = f2h(value);
  static_cast<f16*>(values)[at] = half;
  return (half.bits & 0x7c00) != 0x7c00;
}

// Packs B [k, n], stored as [n, k] if transposed. A block of 32 x 8 threads moves a tile of 32 x 32
// through shared memory, so that both sides are read and written along their rows. Columns up to the
// pitch become zero. *refused becomes 1 where a value does not fit.
KERNEL pack_weights(const void* __restrict__ source, int from, int transposed,
                    void* __restrict__ target, int to, int k, int n, long long pitch,
                    int* refused) {
  __shared__ float tile[PACK_TILE][PACK_TILE + 1];
  const int tiles = (int)((pitch + PACK_TILE - 1) / PACK_TILE);
  const int first_n = blockIdx.x % tiles * PACK_TILE, first_k = blockIdx.x / tiles * PACK_TILE;
  const int x = threadIdx.x;
  for (int y = threadIdx.y; y < PACK_TILE; y += blockDim.y) {
    const int row = transposed ? first_k + x : first_k + y;  // of B
    const int column = transposed ? first_n + y : first_n + x;
    float value = 0.0f;
    if (row < k && column < n) {
      value = stored_value(source, from,
                           transposed ? (long long)column * k + row : (long long)row * n + column);
    }
    tile[transposed ? x : y][transposed ? y : x] = value;
  }
  __syncthreads();
  for (int y = threadIdx.y; y < PACK_TILE; y += blockDim.y) {
    const int row = first_k + y, column = first_n + x;
    if (row < k && column < pitch && !put_value(target, to, row * pitch + column, tile[y][x])) {
      atomicMax(refused, 1);
    }
  }
}
REGISTER_KERNEL(pack_weights);

// out[i, j] = B[j, indices[i]]: for a tied language head, embeddings. A block an index and 256 of k;
// reads are one value a row of B, which is what a column costs.
KERNEL gather_packed(const void* __restrict__ packed, int type, const int* __restrict__ indices,
                     float* __restrict__ out, long long count, int k, long long pitch) {
  const long long blocks = (k + blockDim.x - 1) / blockDim.x;
  const long long i = blockIdx.x / blocks;
  const int j = (int)(blockIdx.x % blocks) * blockDim.x + threadIdx.x;
  if (i >= count || j >= k) return;
  out[i * k + j] = stored_value(packed, type, j * pitch + indices[i]);
}
REGISTER_KERNEL(gather_packed);
