// Step 2: a warp a row, and values pass from lane to lane.
//
//   lane  0  1  2  3  4  5  6  7        A shuffle reads a register of another lane. Five of them,
//         |--|  |--|  |--|  |--|        at distances 16, 8, 4, 2 and 1, give every lane the sum of
//         |-----|     |-----|           all 32: no shared memory, no barrier.
//         |-----------|
//
// Expected (not measured): no time for barriers, and 8 rows a block of 256 threads; the gain is in short
// rows. The three passes are still there.
#include "warp.cuh"

constexpr int WARPS = 8;

KERNEL softmax_02_warp(const float* __restrict__ x, float* __restrict__ y, long long rows, int n) {
  const int lane = threadIdx.x % WARP;
  const long long row = (long long)blockIdx.x * WARPS + threadIdx.x / WARP;
  if (row >= rows) return;  // the whole warp
  x += row * n;
  y += row * n;
  float largest = -INFINITY;
  for (int i = lane; i < n; i += WARP) largest = fmaxf(largest, x[i]);
  largest = lanes_max(largest);
  float sum = 0.0f;
  for (int i = lane; i < n; i += WARP) sum += expf(x[i] - largest);
  sum = lanes_sum(sum);
  for (int i = lane; i < n; i += WARP) y[i] = expf(x[i] - largest) / sum;
}
REGISTER_KERNEL(softmax_02_warp);
