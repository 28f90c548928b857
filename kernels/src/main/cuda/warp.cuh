// Sums and maxima over the lanes of a warp and over the warps of a block. The order is fixed: lanes are
// combined in a butterfly, warps by a second butterfly over their results, so the bits do not depend on
// the schedule.
#pragma once
#include "gpu.h"

// Adds the values of groups of WIDTH neighbouring lanes (a power of two); each lane gets its group's
// sum.
template <int WIDTH = WARP>
DEV float lanes_sum(float value) {
#pragma unroll
  for (int step = WIDTH / 2; step > 0; step /= 2) value += __shfl_xor_sync(ALL_LANES, value, step);
  return value;
}

// As lanes_sum, for the largest value. NaN is passed over, as fmaxf does: callers see it in the sum
// that follows.
template <int WIDTH = WARP>
DEV float lanes_max(float value) {
#pragma unroll
  for (int step = WIDTH / 2; step > 0; step /= 2)
    value = fmaxf(value, __shfl_xor_sync(ALL_LANES, value, step));
  return value;
}

// Sum over the block, to every thread. `room` holds a value a warp; it may be used again after the
// next barrier.
DEV float block_sum(float value, float* room) {
  const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
  value = lanes_sum(value);
  if (lane == 0) room[warp] = value;
  __syncthreads();
  return lanes_sum(lane < warps ? room[lane] : 0.0f);
}
