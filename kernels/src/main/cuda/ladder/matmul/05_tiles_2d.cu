// Step 5: a thread computes a square of 8 x 8 elements.
//
//            B +------+          Tiles of 128 x 128 by 256 threads, k in steps of 8. For each k a
//              |  ##  |          thread reads 8 values of A and 8 of B into registers and multiplies
//              +------+          each with each: 16 loads for 64 multiply-adds, 0.25 each, where
//   A +--+     +------+          step 4 needs 1.1.
//     |##|     |  ##  |
//     +--+     +------+  8 x 8
//
// This is the step that matters: registers are the memory with the bandwidth that the multiply-adds
// need. They also hold both sets of sums, 128 a thread, so few warps fit on a multiprocessor; 64
// independent chains a thread make up for it.
//
// Expected (not measured): 3 to 4 times step 4; what is left is the number of load instructions.
#include "ladder.cuh"

constexpr int SIDE = 128;
constexpr int STEP = 8;
constexpr int OWN = 8;  // rows and columns of a thread
constexpr int THREADS = 256;

KERNEL __launch_bounds__(THREADS, 1) matmul_05_tiles_2d(LADDER_ARGUMENTS) {
  __shared__ float tile_a[SIDE][STEP], tile_b[STEP][SIDE];
  const int t = threadIdx.x;
  const int first_row = blockIdx.y * SIDE, first_column = blockIdx.x * SIDE;
  const int own_row = t / (SIDE / OWN) * OWN, own_column = t % (SIDE / OWN) * OWN;
  float total[OWN][OWN] = {}, sum[OWN][OWN] = {};
  for (int first = 0; first < k; first += STEP) {
    for (int i = t; i < SIDE * STEP; i += THREADS) {
      const int row = first_row + i / STEP, step = first + i % STEP;
      tile_a[i / STEP][i % STEP] = row < m && step < k ? a[row * lda + step] : 0.0f;
    }
    for (int i = t; i < SIDE * STEP; i += THREADS) {
      const int step = first + i / SIDE, column = first_column + i % SIDE;
      tile_b[i / SIDE][i % SIDE] = step < k && column < n ? b[step * ldb + column] : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int i = 0; i < STEP; i++) {
      float left[OWN], right[OWN];
#pragma unroll
      for (int r = 0; r < OWN; r++) left[r] = tile_a[own_row + r][i];
#pragma unroll
      for (int s = 0; s < OWN; s++) right[s] = tile_b[i][own_column + s];
#pragma unroll
      for (int r = 0; r < OWN; r++) {
#pragma unroll
        for (int s = 0; s < OWN; s++) sum[r][s] = fmaf(left[r], right[s], sum[r][s]);
      }
    }
    __syncthreads();
    if ((first + STEP) % LADDER_CHUNK == 0 || first + STEP >= k) {
#pragma unroll
      for (int r = 0; r < OWN; r++) {
#pragma unroll
        for (int s = 0; s < OWN; s++) {
          total[r][s] += sum[r][s];
          sum[r][s] = 0.0f;
        }
      }
    }
  }
#pragma unroll
  for (int r = 0; r < OWN; r++) {
#pragma unroll
    for (int s = 0; s < OWN; s++) {
      const int row = first_row + own_row + r, column = first_column + own_column + s;
      if (row < m && column < n) c[row * ldc + column] = total[r][s];
    }
  }
}
REGISTER_KERNEL(matmul_05_tiles_2d);
