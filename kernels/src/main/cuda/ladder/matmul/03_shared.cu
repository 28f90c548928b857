// Step 3: tiles in shared memory.
//
//          B  +----+       A block of 32 x 32 threads computes 32 x 32 elements. It walks k in
//             | 32 |       steps of 32: each thread loads one value of A and one of B into shared
//             +----+       memory, a barrier, each thread multiplies 32 pairs out of it, a barrier.
//   A +----+  +----+
//     | 32 |  | C  |       A value that was loaded 32 times from global memory is loaded once.
//     +----+  +----+
//
// Expected (not measured): 32 times less global traffic, now 8 operations a byte. But each
// multiply-add still needs two loads from shared memory, which delivers 32 values a clock where the
// multiply-adds of a multiprocessor could use 256: at best an eighth of the peak.
#include "ladder.cuh"

constexpr int SIDE = 32;

KERNEL matmul_03_shared(LADDER_ARGUMENTS) {
  __shared__ float tile_a[SIDE][SIDE], tile_b[SIDE][SIDE];
  const int x = threadIdx.x, y = threadIdx.y;
  const int row = blockIdx.y * SIDE + y, column = blockIdx.x * SIDE + x;
  ChunkSum sum;
  for (int first = 0; first < k; first += SIDE) {
    tile_a[y][x] = row < m && first + x < k ? a[row * lda + first + x] : 0.0f;
    tile_b[y][x] = first + y < k && column < n ? b[(first + y) * ldb + column] : 0.0f;
    __syncthreads();
    for (int i = 0; i < min(SIDE, k - first); i++)
      sum.add(tile_a[y][i], tile_b[i][x], first + i, k);
    __syncthreads();
  }
  if (row < m && column < n) c[row * ldc + column] = sum.total;
}
REGISTER_KERNEL(matmul_03_shared);
