// Functions of one value over dense runs: y[i] = f(x[i]), dx[i] = dy[i] f'(x[i]), y = alpha x +
// beta y, and fills.
//
// A thread takes a group of four values (128-bit loads and stores), then the one a grid further on;
// the few values beside 16-byte boundaries are taken singly. Bytes moved an element: 8 forward, 12
// or 16 backward (x or y or both are read, as the derivative needs), which is what bounds all of
// these on any GPU. Outputs may be inputs, so nothing is __restrict__.
#include "functions.cuh"
#include "vec.cuh"

constexpr int BLOCK = 256;

template <class F>
DEV void unary(const float* x, float* y, long long n, Parameters k) {
  const Split split = split4(n, y, x);
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> v = load<W>(x + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      v.v[e] = F::f(v.v[e], k);
    }
    store(y + i, v);
  });
}

template <class F>
DEV void unary_grad(const float* x, const float* y, const float* dy, float* dx, long long n,
                    Parameters k) {
  const Split split = split4(n, dx, x, y, dy);
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> in = load<W>(x + i);   // the compiler drops the load that F::d does not use
    const Pack<W> out = load<W>(y + i);
    Pack<W> g = load<W>(dy + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      g.v[e] = F::d(in.v[e], out.v[e], g.v[e], k);
    }
    store(dx + i, g);
  });
}

#define UNARY(name, F)                                                                          \
  KERNEL __launch_bounds__(BLOCK) unary_##name(const float* x, float* y, long long n, float p,  \
                                               float q) {                                       \
    unary<F>(x, y, n, Parameters{p, q});                                                        \
  }                                                                                             \
  REGISTER_KERNEL(unary_##name);                                                                \
  KERNEL __launch_bounds__(BLOCK) unary_grad_##name(const float* x, const float* y,             \
                                                    const float* dy, float* dx, long long n,    \
                                                    float p, float q) {                         \
    unary_grad<F>(x, y, dy, dx, n, Parameters{p, q});                                           \
  }                                                                                             \
  REGISTER_KERNEL(unary_grad_##name)

UNARY(relu, Relu);
UNARY(leaky_relu, LeakyRelu);
UNARY(elu, Elu);
UNARY(gelu_tanh, GeluTanh);
UNARY(gelu_erf, GeluErf);
UNARY(silu, Silu);
UNARY(sigmoid, Sigmoid);
UNARY(log_sigmoid, LogSigmoid);
UNARY(tanh, Tanh);
UNARY(softplus, Softplus);
UNARY(erf, Erf);
UNARY(exp, Exp);
UNARY(log, Log);
UNARY(sqrt, Sqrt);
UNARY(rsqrt, Rsqrt);
UNARY(reciprocal, Reciprocal);
UNARY(square, Square);
UNARY(abs, Abs);
UNARY(neg, Neg);
UNARY(sin, Sin);
UNARY(cos, Cos);
UNARY(clamp, Clamp);

// y = alpha x + beta y; with beta = 0 the old y is not read.
KERNEL __launch_bounds__(BLOCK) scale_add(float alpha, const float* x, float beta, float* y,
                                          long long n) {
  const Split split = split4(n, y, x);
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> v = load<W>(x + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      v.v[e] *= alpha;
    }
    if (beta != 0.0f) {
      const Pack<W> old = load<W>(y + i);
#pragma unroll
      for (int e = 0; e < W; e++) {
        v.v[e] = fmaf(beta, old.v[e], v.v[e]);
      }
    }
    store(y + i, v);
  });
}
REGISTER_KERNEL(scale_add);

KERNEL __launch_bounds__(BLOCK) fill_f32(float* y, long long n, float value) {
  const Split split = split4(n, y);
  for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> v;
#pragma unroll
    for (int e = 0; e < W; e++) {
      v.v[e] = value;
    }
    store(y + i, v);
  });
}
REGISTER_KERNEL(fill_f32);
