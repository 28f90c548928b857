// Functions of two broadcast values with their derivatives, and selection by a mask.
//
// The launcher merges axes that lie one after the other in all operands (StridedWalk), so equal
// shapes are a single run, and a bias is rows of one run each. Blocks are two-dimensional: threads
// along x share a row, four values a thread where the row's arrays lie alike against 16-byte
// boundaries; threads along y take further rows. An operand's step along the row is 1 (values), 0
// (one value repeated) or anything else (a transposed operand, read value by value).
//
// Bytes moved an element: 4 written and 4 read for each operand that is not repeated.
#include "vec.cuh"
#include "walk.cuh"

constexpr int BLOCK = 256;

/** A row of an operand. */
struct Row {
  const float* at;
  long long step;

  /** What alignment to a 16-byte boundary depends on: this row, or any array that is aligned. */
  __device__ const float* aligned_like(const float* other) const { return step == 1 ? at : other; }
};

template <int W>
DEV Pack<W> load(const Row& row, long long i) {
  if (row.step == 1) {
    return load<W>(row.at + i);
  }
  Pack<W> pack;
#pragma unroll
  for (int e = 0; e < W; e++) {
    pack.v[e] = row.at[(i + e) * row.step];
  }
  return pack;
}

struct Add {
  static __device__ float f(float a, float b) { return a + b; }
  static __device__ float da(float, float, float dy) { return dy; }
  static __device__ float db(float, float, float, float dy) { return dy; }
};

struct Sub {
  static __device__ float f(float a, float b) { return a - b; }
  static __device__ float da(float, float, float dy) { return dy; }
  static __device__ float db(float, float, float, float dy) { return -dy; }
};

struct Mul {
  static __device__ float f(float a, float b) { return a * b; }
  static __device__ float da(float, float b, float dy) { return dy * b; }
  static __device__ float db(float a, float, float, float dy) { return dy * a; }
};

struct Div {
  static __device__ float f(float a, float b) { return a / b; }
  static __device__ float da(float, float b, float dy) { return dy / b; }
  static __device__ float db(float, float b, float out, float dy) { return -dy * (out / b); }
};

/** NaN in either operand gives NaN, which fmaxf would not. Ties share the gradient. */
struct Maximum {
  static __device__ float f(float a, float b) {
    return a != a || b != b ? a + b : fmaxf(a, b);
  }
  static __device__ float da(float a, float b, float dy) {
    return a < b ? 0.0f : a == b ? dy / 2.0f : dy;
  }
  static __device__ float db(float a, float b, float, float dy) { return da(b, a, dy); }
};

struct Minimum {
  static __device__ float f(float a, float b) {
    return a != a || b != b ? a + b : fminf(a, b);
  }
  static __device__ float da(float a, float b, float dy) {
    return a > b ? 0.0f : a == b ? dy / 2.0f : dy;
  }
  static __device__ float db(float a, float b, float, float dy) { return da(b, a, dy); }
};

/** In float64 and rounded once, as on the CPU: powf may be four units in the last place off. */
struct Pow {
  static __device__ float f(float a, float b) {
    return static_cast<float>(pow(static_cast<double>(a), static_cast<double>(b)));
  }
  static __device__ float da(float a, float b, float dy) {
    const double exponent = b;
    return b == 0.0f
        ? 0.0f
        : static_cast<float>(dy * (exponent * pow(static_cast<double>(a), exponent - 1.0)));
  }
  static __device__ float db(float a, float b, float out, float dy) {
    return a == 0.0f && b >= 0.0f ? 0.0f : dy * (out * logf(a));
  }
};

template <class F>
DEV void binary(const float* a, const float* b, float* out, const Walk& walk) {
  for (long long r = first_row(); r < walk.rows; r += row_step()) {
    long long at[2];
    locate(walk, r, at);
    const Row left{a + at[0], walk.step[0]};
    const Row right{b + at[1], walk.step[1]};
    float* y = out + r * walk.cols;
    const Split split = split4(walk.cols, y, left.aligned_like(y), right.aligned_like(y));
    for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
      constexpr int W = decltype(width)::value;
      Pack<W> v = load<W>(left, i);
      const Pack<W> w = load<W>(right, i);
#pragma unroll
      for (int e = 0; e < W; e++) {
        v.v[e] = F::f(v.v[e], w.v[e]);
      }
      store(y + i, v);
    });
  }
}

/** da = dy df/da and db = dy df/db in the shape of the output; a null result is not computed. */
template <class F>
DEV void binary_grad(const float* a, const float* b, const float* out, const float* dy, float* da,
                     float* db, const Walk& walk) {
  for (long long r = first_row(); r < walk.rows; r += row_step()) {
    long long at[2];
    locate(walk, r, at);
    const long long dense = r * walk.cols;
    const Row left{a + at[0], walk.step[0]};
    const Row right{b + at[1], walk.step[1]};
    const float* y = out + dense;
    const Split split =
        split4(walk.cols, y, left.aligned_like(y), right.aligned_like(y), dy + dense,
               da == nullptr ? y : da + dense, db == nullptr ? y : db + dense);
    for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
      constexpr int W = decltype(width)::value;
      const Pack<W> v = load<W>(left, i);
      const Pack<W> w = load<W>(right, i);
      const Pack<W> g = load<W>(dy + dense + i);
      Pack<W> d;
      if (da != nullptr) {
#pragma unroll
        for (int e = 0; e < W; e++) {
          d.v[e] = F::da(v.v[e], w.v[e], g.v[e]);
        }
        store(da + dense + i, d);
      }
      if (db != nullptr) {
        const Pack<W> f = load<W>(y + i);
#pragma unroll
        for (int e = 0; e < W; e++) {
          d.v[e] = F::db(v.v[e], w.v[e], f.v[e], g.v[e]);
        }
        store(db + dense + i, d);
      }
    });
  }
}

#define BINARY(name, F)                                                                        \
  KERNEL __launch_bounds__(BLOCK) binary_##name(const float* a, const float* b, float* out,    \
                                                const __grid_constant__ Walk walk) {           \
    binary<F>(a, b, out, walk);                                                                \
  }                                                                                            \
  REGISTER_KERNEL(binary_##name);                                                              \
  KERNEL __launch_bounds__(BLOCK)                                                              \
      binary_grad_##name(const float* a, const float* b, const float* out, const float* dy,    \
                         float* da, float* db, const __grid_constant__ Walk walk) {            \
    binary_grad<F>(a, b, out, dy, da, db, walk);                                               \
  }                                                                                            \
  REGISTER_KERNEL(binary_grad_##name)

BINARY(add, Add);
BINARY(sub, Sub);
BINARY(mul, Mul);
BINARY(div, Div);
BINARY(maximum, Maximum);
BINARY(minimum, Minimum);
BINARY(pow, Pow);

// out = c ? a : b with bytes for c; where a or b is null, the constant stands there. Only the side
// that is chosen is read, so what the other holds (or whether it is mapped) does not matter.
KERNEL __launch_bounds__(BLOCK) select_f32(const unsigned char* c, const float* a, const float* b,
                                           float constant, float* out,
                                           const __grid_constant__ Walk walk) {
  for (long long r = first_row(); r < walk.rows; r += row_step()) {
    long long at[3];
    locate(walk, r, at);
    float* y = out + r * walk.cols;
    for_slots(split4(walk.cols, y), grid_thread(), grid_threads(), [&](auto width, long long i) {
      constexpr int W = decltype(width)::value;
      Pack<W> v;
#pragma unroll
      for (int e = 0; e < W; e++) {
        const bool left = c[at[0] + (i + e) * walk.step[0]] != 0;
        const float* side = left ? a : b;
        const long long k = left ? at[1] + (i + e) * walk.step[1] : at[2] + (i + e) * walk.step[2];
        v.v[e] = side == nullptr ? constant : side[k];
      }
      store(y + i, v);
    });
  }
}
REGISTER_KERNEL(select_f32);
