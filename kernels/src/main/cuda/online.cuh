// The pieces of an online softmax (Milakov and Gimelshein 2018): exponentials relative to the largest
// value so far, and what scales them down when a larger one comes. Infinite values keep their meaning.
#pragma once
#include "gpu.h"

// exp(x - shift) where shift is the largest value, or 0 where that is infinite: no -inf - -inf.
DEV float exp_below(float x, float largest) {
  return expf(x - (fabsf(largest) == INFINITY ? 0.0f : largest));
}

// What scales a sum down to a larger value; equal ones need no factor, not even two of -inf.
DEV float rescale(float largest, float larger) {
  return largest == larger ? 1.0f : expf(largest - larger);
}

// The largest value so far and the sum of exp(x - largest).
struct Exponentials {
  float largest, sum;
};

DEV Exponentials merge(Exponentials a, Exponentials b) {
  const float largest = fmaxf(a.largest, b.largest);
  return Exponentials{largest,
                      a.sum * rescale(a.largest, largest) + b.sum * rescale(b.largest, largest)};
}

DEV Exponentials from_lane(Exponentials s, int step) {
  return Exponentials{__shfl_xor_sync(ALL_LANES, s.largest, step),
                      __shfl_xor_sync(ALL_LANES, s.sum, step)};
}

// Sum of the exponentials, or NaN where the largest value is infinite.
DEV float finite_sum(Exponentials s) { return s.sum + (s.largest - s.largest); }
