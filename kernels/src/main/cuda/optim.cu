// Fused optimiser updates: one pass over parameters, gradients and moments, in place.
//
// Bytes moved an element: Adam 28 (p, m, v read and written, g read), 36 with AMSGrad; SGD 12, with
// momentum 20; RMSprop and Adagrad 20, with momentum 28. Constants come from float64 on the host, as in PyTorch.
#include "vec.cuh"

constexpr int BLOCK = 256;

/** The float32 factors of one Adam step (Optim.AdamFactors fills them, in this order). */
struct AdamFactors {
  float grad_scale;
  float l2;               // weight decay added to the gradient; 0 for AdamW
  float keep;             // 1 - lr weight_decay for AdamW, else 1
  float beta1, rest1;     // rest = 1 - beta
  float beta2, rest2;
  float root_correction;  // sqrt(1 - beta2^step)
  float eps;
  float step_size;        // lr / (1 - beta1^step)
};

// v_max is the largest second moment so far (AMSGrad), or null.
KERNEL __launch_bounds__(BLOCK) optim_adam(float* p, const float* g, float* m, float* v,
                                           float* v_max, long long n,
                                           const __grid_constant__ AdamFactors k) {
  const Split split = split4(n, p, g, m, v, v_max == nullptr ? p : v_max);
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> parameter = load<W>(p + i);
    const Pack<W> gradient = load<W>(g + i);
    Pack<W> first = load<W>(m + i);
    Pack<W> second = load<W>(v + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      float grad = gradient.v[e] * k.grad_scale;
      if (k.l2 != 0.0f) {  // without, an infinite parameter must not make NaN
        grad += k.l2 * parameter.v[e];
      }
      first.v[e] = k.beta1 * first.v[e] + k.rest1 * grad;
      second.v[e] = k.beta2 * second.v[e] + k.rest2 * grad * grad;
    }
    store(m + i, first);
    store(v + i, second);
    if (v_max != nullptr) {
      const Pack<W> largest = load<W>(v_max + i);
#pragma unroll
      for (int e = 0; e < W; e++) {  // NaN in either stays
        second.v[e] = largest.v[e] > second.v[e] || largest.v[e] != largest.v[e]
            ? largest.v[e]
            : second.v[e];
      }
      store(v_max + i, second);
    }
#pragma unroll
    for (int e = 0; e < W; e++) {
      const float denominator = sqrtf(second.v[e]) / k.root_correction + k.eps;
      parameter.v[e] = k.keep * parameter.v[e] - k.step_size * first.v[e] / denominator;
    }
    store(p + i, parameter);
  });
}
REGISTER_KERNEL(optim_adam);

// buffer holds the momentum, or is null; with `first` it holds nothing yet.
KERNEL __launch_bounds__(BLOCK) optim_sgd(float* p, const float* g, float* buffer, long long n,
                                          float rate, float momentum, float decay, float grad_scale,
                                          int nesterov, int first) {
  const Split split = split4(n, p, g, buffer == nullptr ? p : buffer);
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> parameter = load<W>(p + i);
    Pack<W> step = load<W>(g + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      step.v[e] *= grad_scale;
      if (decay != 0.0f) {
        step.v[e] += decay * parameter.v[e];
      }
    }
    if (buffer != nullptr) {
      Pack<W> speed = step;
      if (!first) {
        const Pack<W> old = load<W>(buffer + i);
#pragma unroll
        for (int e = 0; e < W; e++) {
          speed.v[e] += momentum * old.v[e];
        }
      }
      store(buffer + i, speed);
#pragma unroll
      for (int e = 0; e < W; e++) {
        step.v[e] = nesterov ? step.v[e] + momentum * speed.v[e] : speed.v[e];
      }
    }
#pragma unroll
    for (int e = 0; e < W; e++) {
      parameter.v[e] -= rate * step.v[e];
    }
    store(p + i, parameter);
  });
}
REGISTER_KERNEL(optim_sgd);

/** The float32 factors of a step of RMSprop or Adagrad (CudaOptim.java fills them, in this order). */
struct AdaptiveFactors {
  float rate;
  float keep, add;  // of the squares so far, and of the new one
  float eps;
  float momentum;
  float decay;
  float grad_scale;
};

// buffer holds the momentum, or is null.
KERNEL __launch_bounds__(BLOCK) optim_adaptive(float* p, const float* g, float* squares,
                                               float* buffer, long long n,
                                               const __grid_constant__ AdaptiveFactors k) {
  const Split split = split4(n, p, g, squares, buffer == nullptr ? p : buffer);
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> parameter = load<W>(p + i);
    Pack<W> step = load<W>(g + i);
    Pack<W> sum = load<W>(squares + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      float grad = step.v[e] * k.grad_scale;
      if (k.decay != 0.0f) {
        grad += k.decay * parameter.v[e];
      }
      sum.v[e] = k.keep * sum.v[e] + k.add * grad * grad;
      step.v[e] = grad / (sqrtf(sum.v[e]) + k.eps);
    }
    store(squares + i, sum);
    if (buffer != nullptr) {
      const Pack<W> old = load<W>(buffer + i);
#pragma unroll
      for (int e = 0; e < W; e++) {
        step.v[e] += k.momentum * old.v[e];
      }
      store(buffer + i, step);
    }
#pragma unroll
    for (int e = 0; e < W; e++) {
      parameter.v[e] -= k.rate * step.v[e];
    }
    store(p + i, parameter);
  });
}
REGISTER_KERNEL(optim_adaptive);
