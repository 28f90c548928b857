// Next-token probabilities: temperature, top-k and top-p over rows of logits, then softmax.
//
// The tokens that stay are those from a limit on. A limit is found without sorting, by radix
// selection on the logits' bits: 256 bins for the highest byte, then for the next one among the
// logits that share it, four passes in all. Top-k weighs each token 1, top-p its probability in
// 40-bit fixed point: sums of integers do not depend on the order of the atomic additions, so the
// result is the same in every run.
//
// Top-k (Fan et al. 2018) keeps tokens tied with the k-th; top-p (Holtzman et al. 2020) keeps the
// smallest set of most probable tokens whose mass reaches p, with all that are tied at its end.
// A row is a block; it is read up to eleven times, from the cache after the first.
// (The most probable token alone is reduce_rows_argmax.)
#include "gpu.h"

constexpr int BLOCK = 1024;
constexpr int BINS = 256;
constexpr float FIXED_ONE = 1099511627776.0f;  // 2^40; 2^23 tokens sum below 2^63

/** An integer in the order of the floats. */
DEV unsigned order_of(float v) {
  const unsigned bits = __float_as_uint(v + 0.0f);  // -0 is 0
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

struct Row {
  const float* logits;
  int cols;
  float top;          // the largest logit
  float temperature;

  /** Probability relative to the most probable token. */
  __device__ float weight(int c) const { return expf((logits[c] - top) / temperature); }

  __device__ unsigned long long fixed(int c) const {
    return static_cast<unsigned long long>(weight(c) * FIXED_ONE);
  }
};

/** Joins a value of each thread, for all of them, in a fixed order. */
template <class T, class Join>
DEV T block_join(T v, Join join) {
  __shared__ T room[WARP];
#pragma unroll
  for (int step = WARP / 2; step > 0; step /= 2) {
    v = join(v, __shfl_xor_sync(ALL_LANES, v, step));
  }
  __syncthreads();  // the room may still be read from the last time
  if (threadIdx.x % WARP == 0) {
    room[threadIdx.x / WARP] = v;
  }
  __syncthreads();
  v = room[0];
  for (int warp = 1; warp < static_cast<int>(blockDim.x) / WARP; warp++) {
    v = join(v, room[warp]);
  }
  return v;
}

/** The smallest logit, as order_of has it, up to which the logits from `least` on weigh more. */
template <class Weight>
DEV unsigned limit_above(const Row& row, unsigned least, unsigned long long allowed,
                         Weight weight) {
  __shared__ unsigned long long bins[BINS];
  __shared__ unsigned chosen;
  unsigned prefix = 0;
  unsigned long long below = 0;  // thread 0's: weight of what is under the prefix
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (int bin = threadIdx.x; bin < BINS; bin += blockDim.x) {
      bins[bin] = 0;
    }
    __syncthreads();
    for (int c = threadIdx.x; c < row.cols; c += blockDim.x) {
      const unsigned order = order_of(row.logits[c]);
      const bool shares = shift == 24 || order >> (shift + 8) == prefix >> (shift + 8);
      if (shares && order >= least) {
        atomicAdd(&bins[order >> shift & (BINS - 1)], weight(c));
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      unsigned bin = 0;
      while (bin < BINS - 1 && below + bins[bin] <= allowed) {
        below += bins[bin++];
      }
      chosen = bin;
    }
    __syncthreads();
    prefix |= chosen << shift;
  }
  return prefix;
}

// k = 0 keeps all, p = 1 too; one token always stays. What is filtered out gets probability 0.
// Logits are numbers or -infinity. Grid: a block a row.
KERNEL __launch_bounds__(BLOCK) sample_filter(const float* __restrict__ logits,
                                              float* __restrict__ probabilities, int cols,
                                              float temperature, int k, float p) {
  const long long at = static_cast<long long>(blockIdx.x) * cols;
  Row row{logits + at, cols, -INFINITY, temperature};
  for (int c = threadIdx.x; c < cols; c += blockDim.x) {
    row.top = fmaxf(row.top, row.logits[c]);
  }
  row.top = block_join(row.top, [](float a, float b) { return fmaxf(a, b); });

  unsigned limit = 0;
  if (k > 0 && k < cols) {
    const unsigned long long others = cols - k;
    limit = limit_above(row, limit, others, [](int) { return 1ull; });
  }
  if (p < 1.0f) {
    unsigned long long mass = 0;
    for (int c = threadIdx.x; c < cols; c += blockDim.x) {
      mass += order_of(row.logits[c]) >= limit ? row.fixed(c) : 0;
    }
    mass = block_join(mass, [](unsigned long long a, unsigned long long b) { return a + b; });
    const double tail = (1.0 - static_cast<double>(p)) * static_cast<double>(mass);
    const unsigned long long allowed = min(static_cast<unsigned long long>(tail), mass - 1);
    limit = limit_above(row, limit, allowed, [&](int c) { return row.fixed(c); });
  }

  float sum = 0.0f;
  for (int c = threadIdx.x; c < cols; c += blockDim.x) {
    sum += order_of(row.logits[c]) >= limit ? row.weight(c) : 0.0f;
  }
  sum = block_join(sum, [](float a, float b) { return a + b; });
  for (int c = threadIdx.x; c < cols; c += blockDim.x) {
    const bool stays = order_of(row.logits[c]) >= limit;
    probabilities[at + c] = stays ? row.weight(c) / sum : 0.0f;
  }
}
REGISTER_KERNEL(sample_filter);
