// Reductions of x[outer, n, inner] along the middle axis: y[outer, inner] = fold of n values.
//
// reduce_rows_* (inner = 1): a warp or a block a line; 128-bit loads, lanes joined by shuffles.
// reduce_columns_* (inner > 1): a block is (x: neighbouring lines) by (y: lanes of the fold); reads
// are coalesced along x, lanes are joined pairwise in shared memory.
// reduce_parts_*: where lines are few and long, each is cut in parts, by its length alone; the
// parts' states are written out and joined here in order.
//
// Each value is read once: 4 bytes. The order of every join depends on the shape alone.
#include "reduce.cuh"
#include "vec.cuh"

constexpr int BLOCK = 256;

/** Writes a float64 to an address that is a multiple of 4 only. */
DEV void store_wide(void* out, double v) {
  const long long bits = __double_as_longlong(v);
  static_cast<unsigned*>(out)[0] = static_cast<unsigned>(bits);
  static_cast<unsigned*>(out)[1] = static_cast<unsigned>(bits >> 32);
}

template <class F>
DEV void finish(typename F::State s, void* out, long long at, const Ending& end) {
  if (end.kind == STATE) {
    static_cast<typename F::State*>(out)[at] = s;
    return;
  }
  using Result = decltype(F::result(s, end));
  const Result result = F::result(s, end);
  if (end.kind == WIDE) {
    store_wide(static_cast<char*>(out) + 8 * at, static_cast<double>(result));
  } else if constexpr (sizeof(Result) == sizeof(double)) {
    static_cast<float*>(out)[at] = static_cast<float>(result);
  } else {
    static_cast<Result*>(out)[at] = result;
  }
}

/** What a line's values are compared with: the given value, or the line's first. */
DEV float reference_of(const float* given, long long line, const float* first, long long n) {
  return given != nullptr ? given[line] : n > 0 ? *first : 0.0f;
}

// Grid: x over lines (blockDim.y of them a block), y over parts of `length` values. Threads along x
// share a line: one warp, or the whole block.
template <class F>
DEV void rows(const float* x, const float* given, void* out, long long lines, long long n,
              long long length, const Ending& end) {
  __shared__ typename F::State room[BLOCK / WARP];
  const long long line = static_cast<long long>(blockIdx.x) * blockDim.y + threadIdx.y;
  const long long from = blockIdx.y * length;
  const long long count = n - from < length ? n - from : length;
  typename F::State s = F::start();
  if (line < lines) {
    const float* row = x + line * n;
    const float reference = reference_of(given, line, row, n);
    const float* part = row + from;
    for_slots(split4(count, part), threadIdx.x, blockDim.x, [&](auto width, long long i) {
      constexpr int W = decltype(width)::value;
      const Pack<W> v = load<W>(part + i);
#pragma unroll
      for (int e = 0; e < W; e++) {
        F::take(s, v.v[e], reference, from + i + e);
      }
    });
  }
#pragma unroll
  for (int step = WARP / 2; step > 0; step /= 2) {
    s = F::join(s, shuffle_down(s, step));
  }
  if (blockDim.x > WARP) {
    if (threadIdx.x % WARP == 0) {
      room[threadIdx.x / WARP] = s;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      for (int warp = 1; warp < static_cast<int>(blockDim.x) / WARP; warp++) {
        s = F::join(s, room[warp]);
      }
    }
  }
  if (threadIdx.x == 0 && line < lines) {
    finish<F>(s, out, blockIdx.y * lines + line, end);
  }
}

// Grid: x over lines, y over parts of `length` values; threads along y share a line.
template <class F>
DEV void columns(const float* x, const float* given, void* out, long long lines, long long n,
                 long long inner, long long length, const Ending& end) {
  __shared__ typename F::State room[BLOCK];
  const long long line = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
  const long long from = blockIdx.y * length;
  const long long to = n - from < length ? n : from + length;
  typename F::State s = F::start();
  if (line < lines) {
    const long long o = line / inner;
    const float* first = x + o * n * inner + (line - o * inner);
    const float reference = reference_of(given, line, first, n);
#pragma unroll 4
    for (long long j = from + threadIdx.y; j < to; j += blockDim.y) {
      F::take(s, first[j * inner], reference, j);
    }
  }
  const int own = threadIdx.y * blockDim.x + threadIdx.x;
  room[own] = s;
  for (int half = blockDim.y / 2; half > 0; half /= 2) {
    __syncthreads();
    if (static_cast<int>(threadIdx.y) < half) {
      s = F::join(s, room[own + half * blockDim.x]);
      room[own] = s;
    }
  }
  if (threadIdx.y == 0 && line < lines) {
    finish<F>(s, out, blockIdx.y * lines + line, end);
  }
}

// One thread a line.
template <class F>
DEV void parts(const void* states, int count, void* out, long long lines, const Ending& end) {
  const typename F::State* from = static_cast<const typename F::State*>(states);
#pragma unroll 1
  for (long long line = grid_thread(); line < lines; line += grid_threads()) {
    typename F::State s = from[line];
#pragma unroll 4
    for (int part = 1; part < count; part++) {
      s = F::join(s, from[part * lines + line]);
    }
    finish<F>(s, out, line, end);
  }
}

#define REDUCE(name, F)                                                                        \
  KERNEL __launch_bounds__(BLOCK)                                                              \
      reduce_rows_##name(const float* x, const float* given, void* out, long long lines,       \
                         long long n, long long length, const __grid_constant__ Ending end) {  \
    rows<F>(x, given, out, lines, n, length, end);                                             \
  }                                                                                            \
  REGISTER_KERNEL(reduce_rows_##name);                                                         \
  KERNEL __launch_bounds__(BLOCK)                                                              \
      reduce_columns_##name(const float* x, const float* given, void* out, long long lines,    \
                            long long n, long long inner, long long length,                    \
                            const __grid_constant__ Ending end) {                              \
    columns<F>(x, given, out, lines, n, inner, length, end);                                   \
  }                                                                                            \
  REGISTER_KERNEL(reduce_columns_##name);                                                      \
  KERNEL __launch_bounds__(BLOCK)                                                              \
      reduce_parts_##name(const void* states, int count, void* out, long long lines,           \
                          const __grid_constant__ Ending end) {                                \
    parts<F>(states, count, out, lines, end);                                                  \
  }                                                                                            \
  REGISTER_KERNEL(reduce_parts_##name)

REDUCE(sum, SumFold);
REDUCE(squares, SquaresFold);
REDUCE(moments, MomentsFold);
REDUCE(product, ProductFold);
REDUCE(nonzero, NonzeroFold);
REDUCE(max, MaxFold);
REDUCE(min, MinFold);
REDUCE(ties, TiesFold);
REDUCE(argmax, ArgMaxFold);
