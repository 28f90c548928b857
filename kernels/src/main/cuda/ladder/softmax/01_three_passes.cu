// Step 1: three passes over a row of x [rows, n], a block a row.
//
//   pass 1  the largest value     read x            Each pass ends in a tree of additions in shared
//   pass 2  sum of exp(x - max)   read x            memory, with a barrier a level.
//   pass 3  exp(x - max) / sum    read x, write y
//
// What the formula says, in order. 16 bytes an element cross the load and store units, of which the
// second and third reading come from L1 or L2 if the row fits; 2 exponentials an element.
//
// Expected (not measured): for short rows, barriers are most of the time: 2 x 8 levels for 256 threads.
#include "gpu.h"

constexpr int THREADS = 256;

template <bool SUM>
DEV float tree(float value, float* room) {
  __syncthreads();  // the room may still be read from
  room[threadIdx.x] = value;
  __syncthreads();
  for (int half = THREADS / 2; half > 0; half /= 2) {
    const int t = threadIdx.x;
    if (t < half) room[t] = SUM ? room[t] + room[t + half] : fmaxf(room[t], room[t + half]);
    __syncthreads();
  }
  return room[0];
}

KERNEL softmax_01_three_passes(const float* __restrict__ x, float* __restrict__ y, int n) {
  __shared__ float room[THREADS];
  x += (long long)blockIdx.x * n;
  y += (long long)blockIdx.x * n;
  float largest = -INFINITY;
  for (int i = threadIdx.x; i < n; i += THREADS) largest = fmaxf(largest, x[i]);
  largest = tree<false>(largest, room);
  float sum = 0.0f;
  for (int i = threadIdx.x; i < n; i += THREADS) sum += expf(x[i] - largest);
  sum = tree<true>(sum, room);
  for (int i = threadIdx.x; i < n; i += THREADS) y[i] = expf(x[i] - largest) / sum;
}
REGISTER_KERNEL(softmax_01_three_passes);
