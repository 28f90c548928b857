// Gradients of reductions: dx[outer, n, inner] = dy[outer, inner] df/dx.
//
// What a line's values have in common (its mean and slope, its extreme's place, its product) is
// worked out once a line by reduce_slopes, from the states that reduce.cu leaves. The grad_*
// kernels then go over dx once: 4 bytes written an element, and x read where the derivative needs
// it.
//
// inner = 1: a row is a line. inner > 1: a row is one index of the reduced axis, its values belong
// to neighbouring lines.
#include "reduce.cuh"
#include "vec.cuh"
#include "walk.cuh"

constexpr int BLOCK = 256;

/** What a line's gradients have in common. */
struct Slope {
  double centre;  // its mean; its extreme's first index; the product of what is not zero
  float factor;   // of the distance from the mean; the extreme's share; dy
  float zeros;    // number of zeros in the line
};

enum { VARIANCE, DEVIATION, NORM, EXTREME, PRODUCT };

// One thread a line. `states` are those of MomentsFold (VARIANCE, DEVIATION), TiesFold (EXTREME) or
// NonzeroFold (PRODUCT); NORM has none.
KERNEL __launch_bounds__(BLOCK) reduce_slopes(int kind, const float* x, const float* y,
                                              const float* dy, const Pair* states, Slope* slopes,
                                              long long lines, long long n, long long inner,
                                              double divisor, int spread) {
  for (long long line = grid_thread(); line < lines; line += grid_threads()) {
    const double result = y[line];
    const double upstream = dy[line];
    const Pair state = states == nullptr ? Pair{0.0, 0.0} : states[line];
    Slope slope{0.0, dy[line], 0.0f};
    if (kind == VARIANCE || kind == DEVIATION) {
      const long long o = line / inner;
      slope.centre = x[o * n * inner + (line - o * inner)] + state.a / static_cast<double>(n);
      slope.factor = static_cast<float>(kind == VARIANCE ? 2.0 * upstream / divisor
                                        : result == 0.0  ? 0.0
                                                         : upstream / (divisor * result));
    } else if (kind == NORM) {
      slope.factor = static_cast<float>(result == 0.0 ? 0.0 : upstream / result);
    } else if (kind == EXTREME) {
      slope.centre = state.b;
      slope.factor = spread ? dy[line] / static_cast<float>(state.a) : dy[line];
    } else {
      slope.centre = state.a;
      slope.zeros = static_cast<float>(state.b);
    }
    slopes[line] = slope;
  }
}
REGISTER_KERNEL(reduce_slopes);

/** Rows of dx, and which line the values of a row belong to. */
struct Rows {
  long long rows, cols;  // [outer, n] or, with inner > 1, [outer n, inner]
  long long n, inner;
};

/** Calls body(offset of the row, split, first line, step of lines, index of the row). */
template <class Body>
DEV void for_rows(const Rows& shape, const float* x, float* dx, Body body) {
  for (long long r = first_row(); r < shape.rows; r += row_step()) {
    const long long o = shape.inner == 1 ? r : r / shape.n;
    const long long at = r * shape.cols;
    const Split split = split4(shape.cols, dx + at, x == nullptr ? dx + at : x + at);
    for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
      const long long line = shape.inner == 1 ? r : o * shape.inner + i;
      const long long index = shape.inner == 1 ? i : r - o * shape.n;
      body(width, at + i, line, index);
    });
  }
}

// dx = dy / divisor: sums and means.
KERNEL __launch_bounds__(BLOCK) grad_spread(const float* dy, float* dx, float divisor,
                                            const __grid_constant__ Rows shape) {
  const int step = shape.inner == 1 ? 0 : 1;
  for_rows(shape, nullptr, dx, [&](auto width, long long at, long long line, long long) {
    constexpr int W = decltype(width)::value;
    Pack<W> v;
#pragma unroll
    for (int e = 0; e < W; e++) {
      v.v[e] = dy[line + e * step] / divisor;
    }
    store(dx + at, v);
  });
}
REGISTER_KERNEL(grad_spread);

// dx = (x - centre) factor: variances, deviations and norms.
KERNEL __launch_bounds__(BLOCK) grad_scale(const float* x, const Slope* slopes, float* dx,
                                           const __grid_constant__ Rows shape) {
  const int step = shape.inner == 1 ? 0 : 1;
  for_rows(shape, x, dx, [&](auto width, long long at, long long line, long long) {
    constexpr int W = decltype(width)::value;
    Pack<W> v = load<W>(x + at);
#pragma unroll
    for (int e = 0; e < W; e++) {
      const Slope& slope = slopes[line + e * step];
      v.v[e] = static_cast<float>(v.v[e] - slope.centre) * slope.factor;
    }
    store(dx + at, v);
  });
}
REGISTER_KERNEL(grad_scale);

// dx = factor where x is the extreme (the first one only, unless spread), else 0.
KERNEL __launch_bounds__(BLOCK) grad_pick(const float* x, const float* y, const Slope* slopes,
                                          float* dx, int spread,
                                          const __grid_constant__ Rows shape) {
  const int step = shape.inner == 1 ? 0 : 1;
  for_rows(shape, x, dx, [&](auto width, long long at, long long line, long long index) {
    constexpr int W = decltype(width)::value;
    Pack<W> v = load<W>(x + at);
#pragma unroll
    for (int e = 0; e < W; e++) {
      const Slope& slope = slopes[line + e * step];
      const float extreme = y[line + e * step];
      const bool same = v.v[e] == extreme || (v.v[e] != v.v[e] && extreme != extreme);
      const long long j = step == 0 ? index + e : index;
      v.v[e] = same && (spread || static_cast<double>(j) == slope.centre) ? slope.factor : 0.0f;
    }
    store(dx + at, v);
  });
}
REGISTER_KERNEL(grad_pick);

// dx = dy times the product of the line's other values.
KERNEL __launch_bounds__(BLOCK) grad_product(const float* x, const Slope* slopes, float* dx,
                                             const __grid_constant__ Rows shape) {
  const int step = shape.inner == 1 ? 0 : 1;
  for_rows(shape, x, dx, [&](auto width, long long at, long long line, long long) {
    constexpr int W = decltype(width)::value;
    Pack<W> v = load<W>(x + at);
#pragma unroll
    for (int e = 0; e < W; e++) {
      const Slope& slope = slopes[line + e * step];
      const bool zero = v.v[e] == 0.0f;
      double others = 0.0;
      if (slope.zeros == (zero ? 1.0f : 0.0f)) {
        others = zero ? slope.centre : slope.centre / v.v[e];
      }
      v.v[e] = static_cast<float>(slope.factor * others);
    }
    store(dx + at, v);
  });
}
REGISTER_KERNEL(grad_product);
