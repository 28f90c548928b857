// Cross-entropy of rows of logits x[rows, classes], against class indices or distributions, with
// label smoothing and class weights; no probability is ever stored.
//
// Forward: one pass. Each thread keeps the largest logit it has seen and the sum of exponentials
// relative to it (the online softmax of Milakov and Gimelshein 2018); these pairs are joined over
// the row's threads. 4 bytes an element.
//
// Backward: one pass over memory as well. The row is staged in shared memory while the pair is
// found, and dx is written from there: 8 bytes an element. A row too long for shared memory is read
// twice, mostly from the second-level cache. Forward's float32 lse is not used: rounded, it would
// cost large logits their digits.
//
// Grid: x over rows; a row belongs to a warp (blockDim.y rows a block) or to a whole block.
#include "online.cuh"
#include "vec.cuh"

constexpr int MOST_THREADS = 1024;

template <int W>
DEV void take(Exponentials& s, const Pack<W>& v) {
  float largest = s.largest;
#pragma unroll
  for (int e = 0; e < W; e++) {
    largest = fmaxf(largest, v.v[e]);  // passes over NaN; the sum gets it
  }
  float sum = 0.0f;  // of these alone first: fewer roundings
#pragma unroll
  for (int e = 0; e < W; e++) {
    sum += exp_below(v.v[e], largest);
  }
  s = {largest, fmaf(s.sum, rescale(s.largest, largest), sum)};
}

/** What a pass over a row finds: its exponentials, and sums over the classes of w t and w t x. */
struct Sums {
  Exponentials exponentials;
  double weights;
  double logits;
};

DEV Sums join(const Sums& s, const Sums& t) {
  return {merge(s.exponentials, t.exponentials), s.weights + t.weights, s.logits + t.logits};
}

DEV Sums shuffle_xor(const Sums& s, int lane) {
  return {from_lane(s.exponentials, lane), __shfl_xor_sync(ALL_LANES, s.weights, lane),
          __shfl_xor_sync(ALL_LANES, s.logits, lane)};
}

/** Joins the threads of a row, for all of them. All threads of the block call it. */
DEV Sums joined(Sums s) {
  __shared__ Sums room[WARP];
#pragma unroll
  for (int lane = WARP / 2; lane > 0; lane /= 2) {
    s = join(s, shuffle_xor(s, lane));
  }
  if (blockDim.x > WARP) {
    if (threadIdx.x % WARP == 0) {
      room[threadIdx.x / WARP] = s;
    }
    __syncthreads();
    s = room[0];
    for (int warp = 1; warp < static_cast<int>(blockDim.x) / WARP; warp++) {
      s = join(s, room[warp]);
    }
  }
  s.exponentials.sum = finite_sum(s.exponentials);  // nothing is likely: NaN, as in PyTorch
  return s;
}

DEV float weight_of(const float* weight, long long c) {
  return weight == nullptr ? 1.0f : weight[c];
}

/** A row's target: a class (distribution == null), or a distribution; and its smoothing. */
struct Target {
  const float* distribution;
  const float* weight;
  float smoothing;
  float uniform;  // smoothing / classes

  /** Whether the sums over all classes matter. */
  __device__ bool spreads() const { return distribution != nullptr || smoothing != 0.0f; }

  /** Weight times probability of a class, but for the share of the row's own class. */
  __device__ float share(long long c) const {
    const float t = distribution == nullptr ? 0.0f : (1.0f - smoothing) * distribution[c];
    return weight_of(weight, c) * (t + uniform);
  }
};

/**
 * Goes over a row. With `staged`, a copy of the row is left there; it is only ever read back by the
 * thread that wrote it.
 */
DEV Sums pass(const float* x, const Split& split, const Target& target, float* staged) {
  Sums s{{-INFINITY, 0.0f}, 0.0, 0.0};
  for_slots(split, threadIdx.x, blockDim.x, [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> v = load<W>(x + i);
    take(s.exponentials, v);
    if (target.spreads()) {
#pragma unroll
      for (int e = 0; e < W; e++) {
        const double share = target.share(i + e);
        s.weights += share;
        s.logits += share * v.v[e];
      }
    }
    if (staged != nullptr) {
#pragma unroll
      for (int e = 0; e < W; e++) {
        staged[i + e] = v.v[e];
      }
    }
  });
  return joined(s);
}

// targets (class indices) or distributions is given, the other is null.
KERNEL __launch_bounds__(MOST_THREADS)
    cross_entropy(const float* __restrict__ x, const int* __restrict__ targets,
                  const float* __restrict__ distributions, const float* __restrict__ weight,
                  float* __restrict__ loss, float* __restrict__ lse, long long rows,
                  long long classes, int ignore, float smoothing) {
  const long long row = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
  const bool present = row < rows;
  const float* logits = x + (present ? row * classes : 0);
  const float* distribution =
      distributions == nullptr || !present ? distributions : distributions + row * classes;
  const Target target{distribution, weight, smoothing, smoothing / static_cast<float>(classes)};
  const Sums s = pass(logits, split4(present ? classes : 0, logits), target, nullptr);
  if (!present || threadIdx.x != 0) {
    return;
  }
  const double log_sum = log(static_cast<double>(s.exponentials.sum));
  const double top = s.exponentials.largest + log_sum;
  double value = target.spreads() ? s.weights * top - s.logits : 0.0;
  if (targets != nullptr) {
    const int y = targets[row];
    if (y == ignore) {
      value = 0.0;
    } else {
      const double own = s.exponentials.largest - static_cast<double>(logits[y]) + log_sum;
      value += (1.0 - smoothing) * own * weight_of(weight, y);
    }
  }
  loss[row] = static_cast<float>(value);
  lse[row] = static_cast<float>(top);
}
REGISTER_KERNEL(cross_entropy);

// dx = scale (mass p - w t), where mass is the sum of w t over the classes. With `stage`, the
// launch has room for a block's rows in dynamic shared memory.
KERNEL __launch_bounds__(MOST_THREADS)
    cross_entropy_grad(const float* x, const int* __restrict__ targets,
                       const float* __restrict__ distributions, const float* __restrict__ weight,
                       const float* __restrict__ scale, float* dx, long long rows,
                       long long classes, int ignore, float smoothing, int stage) {
  DYN_SHARED(float, room);
  const long long row = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
  const bool present = row < rows;
  const long long at = present ? row * classes : 0;
  const float* logits = x + at;
  float* grads = dx + at;
  const float* distribution = distributions == nullptr ? nullptr : distributions + at;
  const int y = targets == nullptr || !present ? -1 : targets[row];
  const bool ignored = targets != nullptr && present && y == ignore;
  const Split split = split4(present ? classes : 0, logits, grads);
  const Target target{distribution, weight, smoothing, smoothing / static_cast<float>(classes)};
  float* staged = stage ? room + threadIdx.y * classes : nullptr;
  const Split read = ignored ? Split{0, 0, 0} : split;  // an ignored row is not looked at
  const Sums s = pass(logits, read, target, staged);
  if (ignored) {
    for_slots(split, threadIdx.x, blockDim.x, [&](auto width, long long i) {
      store(grads + i, Pack<decltype(width)::value>{});
    });
    return;
  }
  const float upstream = present ? scale[row] : 0.0f;
  const bool classed = targets != nullptr && present;
  const double hit = classed ? (1.0 - smoothing) * weight_of(weight, y) : 0.0;
  const double mass = target.spreads() ? s.weights + hit : hit;
  const float factor = static_cast<float>(upstream * mass / s.exponentials.sum);
  const float own = static_cast<float>(upstream * hit);
  const float* again = staged != nullptr ? staged : logits;
  for_slots(split, threadIdx.x, blockDim.x, [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> v;
#pragma unroll
    for (int e = 0; e < W; e++) {
      const long long c = i + e;
      float wanted = target.spreads() ? upstream * target.share(c) : 0.0f;
      wanted += targets != nullptr && c == y ? own : 0.0f;
      v.v[e] = expf(again[c] - s.exponentials.largest) * factor - wanted;
    }
    store(grads + i, v);
  });
}
REGISTER_KERNEL(cross_entropy_grad);
