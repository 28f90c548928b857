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
