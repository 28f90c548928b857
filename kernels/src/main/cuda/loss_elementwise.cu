// Losses value by value: squared, absolute and smooth absolute error, binary cross-entropy of
// probabilities and of logits, Kullback-Leibler divergence (LossFunction.java defines them), with
// optional weights.
//
// A thread takes four values where all arrays allow. Bytes moved an element: 12 forward (16 to 20
// with weights), 16 to 20 backward; null arrays cost nothing.
#include "vec.cuh"

constexpr int BLOCK = 256;

DEV float difference_sign(float x, float y) {
  return x > y ? 1.0f : x < y ? -1.0f : x - y;  // infinite differences and NaN keep their meaning
}

struct Mse {
  static __device__ float f(float x, float y, float, float) { return (x - y) * (x - y); }
  static __device__ float d(float x, float y, float, float) { return 2.0f * (x - y); }
};

struct L1 {
  static __device__ float f(float x, float y, float, float) { return fabsf(x - y); }
  static __device__ float d(float x, float y, float, float) { return difference_sign(x, y); }
};

/** Logarithms are clamped at -100, as in PyTorch. */
struct Bce {
  static __device__ float clamped(float v) { return v < -100.0f ? -100.0f : v; }
  static __device__ float f(float x, float y, float, float) {
    return -(y * clamped(logf(x)) + (1.0f - y) * clamped(log1pf(-x)));
  }
  static __device__ float d(float x, float y, float, float) {
    const float variance = (1.0f - x) * x;
    return (x - y) / (variance < 1e-12f ? 1e-12f : variance);
  }
};

struct BceWithLogits {
  static __device__ float f(float x, float y, float positive, float) {
    // log(1 + e^z) for z = x and -x: what is lost if the target is 0, and if it is 1
    const float small = log1pf(expf(-fabsf(x)));
    const float zero = fmaxf(x, 0.0f) + small;
    const float one = fmaxf(-x, 0.0f) + small;
    return (1.0f - y) * zero + positive * y * one;
  }
  static __device__ float d(float x, float y, float positive, float) {
    const float e = expf(-fabsf(x));
    const float large = 1.0f / (1.0f + e);
    const float small = e * large;
    const float one = x >= 0.0f ? large : small;   // sigmoid(x)
    const float zero = x >= 0.0f ? small : large;  // sigmoid(-x), without cancellation
    return (1.0f - y) * one - positive * y * zero;
  }
};

/** Quadratic below beta, the parameter. */
struct SmoothL1 {
  static __device__ float f(float x, float y, float, float beta) {
    const float d = fabsf(x - y);
    return d < beta ? 0.5f * d * d / beta : d - 0.5f * beta;
  }
  static __device__ float d(float x, float y, float, float beta) {
    return fabsf(x - y) < beta ? (x - y) / beta : difference_sign(x, y);
  }
};

struct KlDiv {
  static __device__ float f(float x, float y, float, float) {
    return (y == 0.0f ? 0.0f : y * logf(y)) - y * x;
  }
  static __device__ float d(float, float y, float, float) { return -y; }
};

/** The target is a logarithm too. */
struct KlDivLog {
  static __device__ float f(float x, float y, float, float) { return expf(y) * (y - x); }
  static __device__ float d(float, float y, float, float) { return -expf(y); }
};

/** Values of an optional array, 1 where there is none. */
template <int W>
DEV Pack<W> load_or_one(const float* p, long long i) {
  Pack<W> pack;
  if (p != nullptr) {
    return load<W>(p + i);
  }
#pragma unroll
  for (int e = 0; e < W; e++) {
    pack.v[e] = 1.0f;
  }
  return pack;
}

DEV const float* present(const float* p, const float* otherwise) {
  return p == nullptr ? otherwise : p;
}

template <class F>
DEV void element_loss(float parameter, const float* x, const float* y, const float* weight,
                      const float* positive, float* loss, long long n) {
  const Split split = split4(n, loss, x, y, present(weight, loss), present(positive, loss));
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> in = load<W>(x + i);
    const Pack<W> target = load<W>(y + i);
    const Pack<W> w = load_or_one<W>(weight, i);
    const Pack<W> pos = load_or_one<W>(positive, i);
    Pack<W> v;
#pragma unroll
    for (int e = 0; e < W; e++) {
      v.v[e] = w.v[e] * F::f(in.v[e], target.v[e], pos.v[e], parameter);
    }
    store(loss + i, v);
  });
}

/** dx or dy may be null; df/dy = -df/dx for the losses that depend on x - y alone. */
template <class F>
DEV void element_loss_grad(float parameter, const float* x, const float* y,
                           const float* weight, const float* positive, const float* scale,
                           float* dx, float* dy, long long n) {
  const Split split = split4(n, scale, x, y, present(weight, scale), present(positive, scale),
                             present(dx, scale), present(dy, scale));
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> in = load<W>(x + i);
    const Pack<W> target = load<W>(y + i);
    const Pack<W> w = load_or_one<W>(weight, i);
    const Pack<W> pos = load_or_one<W>(positive, i);
    Pack<W> g = load<W>(scale + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      g.v[e] = g.v[e] * w.v[e] * F::d(in.v[e], target.v[e], pos.v[e], parameter);
    }
    if (dx != nullptr) {
      store(dx + i, g);
    }
    if (dy != nullptr) {
#pragma unroll
      for (int e = 0; e < W; e++) {
        g.v[e] = -g.v[e];
      }
      store(dy + i, g);
    }
  });
}

#define LOSS(name, F)                                                                            \
  KERNEL __launch_bounds__(BLOCK)                                                                \
      loss_##name(float parameter, const float* x, const float* y, const float* weight,          \
                  const float* positive, float* loss, long long n) {                             \
    element_loss<F>(parameter, x, y, weight, positive, loss, n);                                 \
  }                                                                                              \
  REGISTER_KERNEL(loss_##name);                                                                  \
  KERNEL __launch_bounds__(BLOCK)                                                                \
      loss_grad_##name(float parameter, const float* x, const float* y, const float* weight,     \
                       const float* positive, const float* scale, float* dx, float* dy,          \
                       long long n) {                                                            \
    element_loss_grad<F>(parameter, x, y, weight, positive, scale, dx, dy, n);                   \
  }                                                                                              \
  REGISTER_KERNEL(loss_grad_##name)

LOSS(mse, Mse);
LOSS(l1, L1);
LOSS(bce, Bce);
LOSS(bce_with_logits, BceWithLogits);
LOSS(smooth_l1, SmoothL1);
LOSS(kl_div, KlDiv);
LOSS(kl_div_log, KlDivLog);
