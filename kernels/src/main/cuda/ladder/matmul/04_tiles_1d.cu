// Step 4: a thread computes a column of 8 elements.
//
//            B +------+          Tiles of 64 x 64 by 512 threads, k in steps of 8. A thread reads one
//              |   #  |          value of B into a register and uses it for its 8 rows: 9 loads from
//              +------+          shared memory for 8 multiply-adds, where step 3 needs 16.
//   A +--+     +------+
//     |##|     |   #  |  8 rows
//     +--+     +------+
//
// The loads of A are broadcasts: all lanes of a warp want the same one.
//
// Expected (not measured): nearly twice step 3, shared memory still the bound. 8 sums a thread also
// give 8 independent chains of multiply-adds, so their latency of some 4 clocks hides itself.
#include "ladder.cuh"

constexpr int SIDE = 64;
constexpr int STEP = 8;
constexpr int ROWS = 8;  // of a thread

KERNEL __launch_bounds__(512) matmul_04_tiles_1d(LADDER_ARGUMENTS) {
  __shared__ float tile_a[SIDE][STEP], tile_b[STEP][SIDE];
  const int t = threadIdx.x;
  const int first_row = blockIdx.y * SIDE, first_column = blockIdx.x * SIDE;
  const int own_row = t / SIDE * ROWS, own_column = t % SIDE;
  const int row_a = first_row + t / STEP, step_a = t % STEP;  // what this thread loads
  const int step_b = t / SIDE, column_b = first_column + t % SIDE;
  ChunkSum sums[ROWS];
  for (int first = 0; first < k; first += STEP) {
    tile_a[t / STEP][step_a] =
        row_a < m && first + step_a < k ? a[row_a * lda + first + step_a] : 0.0f;
    tile_b[step_b][t % SIDE] =
        first + step_b < k && column_b < n ? b[(first + step_b) * ldb + column_b] : 0.0f;
    __syncthreads();
    for (int i = 0; i < min(STEP, k - first); i++) {
      const float right = tile_b[i][own_column];
#pragma unroll
      for (int r = 0; r < ROWS; r++) sums[r].add(tile_a[own_row + r][i], right, first + i, k);
    }
    __syncthreads();
  }
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    const int row = first_row + own_row + r, column = first_column + own_column;
    if (row < m && column < n) c[row * ldc + column] = sums[r].total;
  }
}
REGISTER_KERNEL(matmul_04_tiles_1d);
