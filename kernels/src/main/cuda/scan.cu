// Cumulative sums along the middle axis of x[outer, n, inner], upwards or downwards.
//
// cumsum_columns (inner > 1): a thread a line, one value after the other; neighbouring threads read
// neighbouring lines. cumsum_rows (inner = 1): a warp a line, in tiles of 128 values: each lane
// sums its four, a shuffle scan adds the lanes before it, and the total is carried to the next
// tile. Sums are in float64 and rounded where they are written: 8 bytes moved an element.
#include "vec.cuh"

constexpr int BLOCK = 256;
constexpr int EACH = 4;

KERNEL __launch_bounds__(BLOCK) cumsum_columns(const float* x, float* y, long long lines,
                                               long long n, long long inner, int reverse) {
  const long long line = grid_thread();
  if (line >= lines) {
    return;
  }
  const long long o = line / inner;
  long long at = o * n * inner + (line - o * inner) + (reverse ? (n - 1) * inner : 0);
  const long long step = reverse ? -inner : inner;
  double sum = 0.0;
  for (long long j = 0; j < n; j++, at += step) {
    sum += x[at];
    y[at] = static_cast<float>(sum);
  }
}
REGISTER_KERNEL(cumsum_columns);

// Grid: x over lines, blockDim.y of them a block; blockDim.x = 32.
KERNEL __launch_bounds__(BLOCK) cumsum_rows(const float* x, float* y, long long lines, long long n,
                                            int reverse) {
  const long long line = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (line >= lines) {
    return;  // the whole warp
  }
  const int lane = threadIdx.x;
  const float* from = x + line * n;
  float* to = y + line * n;
  double carried = 0.0;
  for (long long tile = 0; tile < n; tile += WARP * EACH) {
    const long long first = tile + lane * EACH;
    double sums[EACH];
    double sum = 0.0;
#pragma unroll
    for (int e = 0; e < EACH; e++) {
      const long long k = first + e;
      if (k < n) {
        sum += from[reverse ? n - 1 - k : k];
      }
      sums[e] = sum;
    }
    double before = sum;  // becomes the sum of this lane and the ones before it
#pragma unroll
    for (int step = 1; step < WARP; step *= 2) {
      const double lower = __shfl_up_sync(ALL_LANES, before, step);
      before += lane >= step ? lower : 0.0;
    }
    const double total = __shfl_sync(ALL_LANES, before, WARP - 1);
    // Not before - sum: that would turn an infinity into NaN.
    const double below = __shfl_up_sync(ALL_LANES, before, 1);
    const double base = carried + (lane == 0 ? 0.0 : below);
#pragma unroll
    for (int e = 0; e < EACH; e++) {
      const long long k = first + e;
      if (k < n) {
        to[reverse ? n - 1 - k : k] = static_cast<float>(base + sums[e]);
      }
    }
    carried += total;
  }
}
REGISTER_KERNEL(cumsum_rows);
