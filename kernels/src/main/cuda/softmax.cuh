// The softmax family along the middle axis of x[outer, n, inner], and its gradients.
//
// A line (one softmax) is folded into a state, then written value by value. What is folded and what
// is written is a small struct; how a line is walked is one of three kernels, made for each struct:
//
//   warp     inner = 1, n <= 1024   a warp a line
//   block    inner = 1, longer      a block a line, quads of values
//   columns  inner > 1              a block 32 neighbouring lines, its 8 warps sharing their length
//
// Folding is one pass: the largest value so far, and the sum of exp(x - largest) so far, scaled down
// when a larger one comes (Milakov and Gimelshein 2018). Writing is a second one, which finds the line
// in L1 or L2. States are merged in a fixed order.
//
// Traffic at the floor: 8 bytes an element forward, 12 backward; one or two exponentials for it:
// bandwidth is the bound.
//
// Infinities: the largest value passes over NaN, but the sum does not. A line of only -inf, or with
// +inf, has no softmax: NaN. Its log-sum-exp is -inf, or +inf.
#pragma once
#include "online.cuh"
#include "vec.cuh"
#include "warp.cuh"

constexpr int SOFTMAX_THREADS = 256;
constexpr int SOFTMAX_WARPS = SOFTMAX_THREADS / WARP;
constexpr int STEPS = 4;  // values of a thread in flight

DEV float merge(float a, float b) { return a + b; }

DEV float from_lane(float s, int step) { return __shfl_xor_sync(ALL_LANES, s, step); }

// ---- What is folded. `a` is x (or y, in gradients), `b` is dy.

// Forward: the exponentials of a line.
struct FoldExponentials {
  using State = Exponentials;
  static constexpr bool TWO = false;       // operands
  static constexpr float PAD = -INFINITY;  // what stands beyond the end of a line
  static __device__ State start() { return State{-INFINITY, 0.0f}; }

  template <int W>
  static __device__ State add(State s, const float (&a)[W], const float (&)[W]) {
    float largest = s.largest;
#pragma unroll
    for (int i = 0; i < W; i++) largest = fmaxf(largest, a[i]);
    float sum = 0.0f;  // of these alone first: fewer roundings
#pragma unroll
    for (int i = 0; i < W; i++) sum += exp_below(a[i], largest);
    s.sum = fmaf(s.sum, rescale(s.largest, largest), sum);
    s.largest = largest;
    return s;
  }
};

// Backward: a sum, of what G::term says.
template <class G>
struct FoldSum {
  using State = float;
  static constexpr bool TWO = true;
  static constexpr float PAD = 0.0f;
  static __device__ State start() { return 0.0f; }

  template <int W>
  static __device__ State add(State s, const float (&a)[W], const float (&b)[W]) {
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < W; i++) sum = G::term(sum, a[i], b[i]);
    return s + sum;
  }
};

// ---- What is written.

struct SoftmaxOf : FoldExponentials {
  static __device__ float value(State s, float a, float) {
    return expf(a - s.largest) / finite_sum(s);
  }
};

struct LogSoftmaxOf : FoldExponentials {
  static __device__ float value(State s, float a, float) {
    return a - s.largest - logf(finite_sum(s));
  }
};

// One value a line instead of one an element.
struct LogSumExpOf : FoldExponentials {
  static __device__ float of_line(State s) { return s.largest + logf(s.sum); }
};

// dx = y (dy - sum(dy y))
struct SoftmaxGradOf : FoldSum<SoftmaxGradOf> {
  static __device__ float term(float sum, float y, float dy) { return fmaf(y, dy, sum); }
  static __device__ float value(State s, float y, float dy) { return y * (dy - s); }
};

// dx = dy - exp(y) sum(dy)
struct LogSoftmaxGradOf : FoldSum<LogSoftmaxGradOf> {
  static __device__ float term(float sum, float, float dy) { return sum + dy; }
  static __device__ float value(State s, float y, float dy) { return dy - expf(y) * s; }
};

template <class F>
struct OfLine {
  static constexpr bool value = false;
};
template <>
struct OfLine<LogSumExpOf> {
  static constexpr bool value = true;
};

template <class State>
DEV State merge_lanes(State s) {
#pragma unroll
  for (int step = WARP / 2; step > 0; step /= 2) s = merge(s, from_lane(s, step));
  return s;
}

// ---- A warp a line. Grid: lines / SOFTMAX_WARPS blocks.
template <class F>
DEV void line_in_warp(const float* a, const float* b, float* out, long long lines, int n) {
  const int lane = threadIdx.x % WARP;
  const long long line = (long long)blockIdx.x * SOFTMAX_WARPS + threadIdx.x / WARP;
  if (line >= lines) return;  // the whole warp
  a += line * n;
  b += F::TWO ? line * n : 0;
  typename F::State state = F::start();
  for (int i = lane; i < n; i += STEPS * WARP) {
    float va[STEPS], vb[STEPS];
#pragma unroll
    for (int e = 0; e < STEPS; e++) {
      const int at = i + e * WARP;
      va[e] = at < n ? a[at] : F::PAD;
      vb[e] = F::TWO && at < n ? b[at] : F::PAD;
    }
    state = F::add(state, va, vb);
  }
  state = merge_lanes(state);
  if constexpr (OfLine<F>::value) {
    if (lane == 0) out[line] = F::of_line(state);
  } else {
    out += line * n;
#pragma unroll 4
    for (int i = lane; i < n; i += WARP) out[i] = F::value(state, a[i], F::TWO ? b[i] : 0.0f);
  }
}

// ---- A block a line. Quads of values where the line's arrays lie alike against 16-byte boundaries.
template <class F>
DEV void line_in_block(const float* a, const float* b, float* out, int n) {
  __shared__ typename F::State states[SOFTMAX_WARPS];
  const long long line = blockIdx.x;
  a += line * n;
  b += F::TWO ? line * n : 0;
  float* row = OfLine<F>::value ? out : out + line * n;
  const Split split = OfLine<F>::value ? split4(n, a)
                      : F::TWO         ? split4(n, row, a, b)
                                       : split4(n, row, a);

  typename F::State state = F::start();
  for_slots(split, threadIdx.x, SOFTMAX_THREADS, [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> va = load<W>(a + i);
    const Pack<W> vb = F::TWO ? load<W>(b + i) : va;
    state = F::add(state, va.v, vb.v);
  });
  state = merge_lanes(state);
  if (threadIdx.x % WARP == 0) states[threadIdx.x / WARP] = state;
  __syncthreads();
  state = merge_lanes(threadIdx.x % WARP < SOFTMAX_WARPS ? states[threadIdx.x % WARP] : F::start());

  if constexpr (OfLine<F>::value) {
    if (threadIdx.x == 0) out[line] = F::of_line(state);
  } else {
    for_slots(split, threadIdx.x, SOFTMAX_THREADS, [&](auto width, long long i) {
      constexpr int W = decltype(width)::value;
      Pack<W> va = load<W>(a + i);
      const Pack<W> vb = F::TWO ? load<W>(b + i) : va;
#pragma unroll
      for (int e = 0; e < W; e++) va.v[e] = F::value(state, va.v[e], vb.v[e]);
      store(row + i, va);
    });
  }
}

// ---- 32 lines side by side. Blocks of 32 x SOFTMAX_WARPS threads; a grid of outer x inner / 32.
template <class F>
DEV void lines_in_columns(const float* a, const float* b, float* out, int n, long long inner) {
  __shared__ typename F::State states[SOFTMAX_WARPS][WARP];
  const long long strips = (inner + WARP - 1) / WARP;
  const long long outer = blockIdx.x / strips, column = blockIdx.x % strips * WARP + threadIdx.x;
  const long long first = outer * n * inner + column;
  const bool inside = column < inner;

  typename F::State state = F::start();
  for (int i = threadIdx.y; inside && i < n; i += STEPS * SOFTMAX_WARPS) {
    float va[STEPS], vb[STEPS];
#pragma unroll
    for (int e = 0; e < STEPS; e++) {
      const int row = i + e * SOFTMAX_WARPS;
      va[e] = row < n ? a[first + row * inner] : F::PAD;
      vb[e] = F::TWO && row < n ? b[first + row * inner] : F::PAD;
    }
    state = F::add(state, va, vb);
  }
  states[threadIdx.y][threadIdx.x] = state;
  __syncthreads();
  state = states[0][threadIdx.x];
#pragma unroll
  for (int w = 1; w < SOFTMAX_WARPS; w++) state = merge(state, states[w][threadIdx.x]);

  if constexpr (OfLine<F>::value) {
    if (inside && threadIdx.y == 0) out[outer * inner + column] = F::of_line(state);
  } else {
    for (int i = threadIdx.y; inside && i < n; i += SOFTMAX_WARPS) {
      const long long at = first + i * inner;
      out[at] = F::value(state, a[at], F::TWO ? b[at] : 0.0f);
    }
  }
}
