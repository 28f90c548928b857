// Step 1: a thread an element of C.
//
//   thread (x, y)  ->  row blockIdx.x * 16 + x, column blockIdx.y * 16 + y
//
// The first thing that is right. Each thread walks a row of A and a column of B in global memory: 2
// loads, 8 bytes, for 2 operations. And the lanes of a warp, which differ in x, stand in different
// rows: 16 lines of memory for one load of A, 16 for the store, where one would do.
//
// Expected (not measured): bound by the load units and L1, a percent or so of the arithmetic peak.
#include "ladder.cuh"

KERNEL matmul_01_naive(LADDER_ARGUMENTS) {
  const int row = blockIdx.x * 16 + threadIdx.x;
  const int column = blockIdx.y * 16 + threadIdx.y;
  if (row >= m || column >= n) return;
  ChunkSum sum;
  for (int i = 0; i < k; i++) sum.add(a[row * lda + i], b[i * ldb + column], i, k);
  c[row * ldc + column] = sum.total;
}
REGISTER_KERNEL(matmul_01_naive);
