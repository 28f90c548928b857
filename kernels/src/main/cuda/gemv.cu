// C = A B + bias for a few rows of A: generation, where one row a sequence meets every weight. B is
// read once and that is all the time there is, so the kernel is about keeping loads in flight.
//
//        k  +----+----+----+ B [k, n]      A block computes a strip of 32 columns. Its threads form
//   chunk 0 |####|    |    | group 0       groups; a group takes one chunk of CHUNK rows of B, its
//         1 |####|    |    | group 1       lanes the columns of the strip, four (one 16-byte load
//         2 |####|    |    | group 2       of floats, 8 bytes of narrow weights) or, where B is not
//           +----+----+----+               aligned, one each. All groups work at the same time, in
//           strip                          rounds if there are more chunks than groups.
//
// Chunks are summed as in matmul.cuh (a chain from zero, chunks added in order), so a row has the
// same bits here and there; the order in which groups finish does not matter, since their sums meet
// in shared memory and are added by one thread a column.
//
// Traffic: k n stored values, read once for up to ROWS rows of A: 2 ROWS operations a value, so
// bandwidth is the bound (half an operation a byte in float32).
#include "gpu.h"
#include "matmul.cuh"

constexpr int STRIP = 32;
constexpr int GEMV_THREADS = 256;
constexpr int X_PITCH = CHUNK + 4;  // groups of a warp read different banks

template <int COLUMNS>
struct Groups {
  static constexpr int LANES = STRIP / COLUMNS;
  static constexpr int MOST = GEMV_THREADS / LANES;
};

// Four neighbours of B as they came, or one: what is under way from memory.
template <int COLUMNS, typename W>
struct Piece {
  typename Stored<W>::Quad quad;
};
template <typename W>
struct Piece<1, W> {
  W quad;
};

template <int COLUMNS, typename W>
DEV Piece<COLUMNS, W> load_piece(const W* __restrict__ b, int count) {
  Piece<COLUMNS, W> piece;
  if constexpr (COLUMNS == 4) {
    piece.quad = load4(b, count, true);
  } else {
    piece.quad = count > 0 ? *b : W();
  }
  return piece;
}

// Adds one row of a chunk of B to the sums of all rows of A.
template <int ROWS, int COLUMNS, typename W>
DEV void add_row(float (&sum)[ROWS][COLUMNS], Piece<COLUMNS, W> piece, const float* x, int x_row) {
  float b[COLUMNS];
  if constexpr (COLUMNS == 4) {
    const float4 quad = widen4<W>(piece.quad);
    b[0] = quad.x;
    b[1] = quad.y;
    b[2] = quad.z;
    b[3] = quad.w;
  } else {
    b[0] = widen(piece.quad);
  }
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
#pragma unroll
    for (int j = 0; j < COLUMNS; j++) sum[r][j] = fmaf(x[r * x_row], b[j], sum[r][j]);
  }
}

// Sums one chunk of `length` rows of B, BATCH loads at a time.
template <int ROWS, int COLUMNS, typename W>
DEV void sum_chunk(float (&sum)[ROWS][COLUMNS], const W* __restrict__ b, long long ldb,
                   const float* x, int x_row, int length, int count) {
  constexpr int BATCH = ROWS == 1 ? 16 : 8;
#pragma unroll 1
  for (int s = 0; s < length; s += BATCH) {
    Piece<COLUMNS, W> pieces[BATCH];
    if (s + BATCH <= length && count >= COLUMNS) {
#pragma unroll
      for (int i = 0; i < BATCH; i++) pieces[i] = load_piece<COLUMNS>(b + (s + i) * ldb, COLUMNS);
    } else {
#pragma unroll
      for (int i = 0; i < BATCH; i++) {
        pieces[i] = load_piece<COLUMNS>(b + (s + i) * ldb, s + i < length ? count : 0);
      }
    }
#pragma unroll
    for (int i = 0; i < BATCH; i++) add_row<ROWS, COLUMNS, W>(sum, pieces[i], x + s + i, x_row);
  }
}

// Grid: for each entry of the batch and each group of ROWS rows, one block a strip. Of each row of B,
// `readable` values may be loaded: n, or more where rows are padded.
template <int ROWS, int COLUMNS, typename W>
DEV void few_rows(float* pool, const float* __restrict__ a, const W* __restrict__ b,
                  const float* __restrict__ bias, float* c, int m, int n, int readable, int k,
                  long long a_row, long long a_step, long long ldb, long long ldc,
                  long long stride_a, long long stride_b, long long stride_c, int flags,
                  int activation) {
  constexpr int LANES = Groups<COLUMNS>::LANES;
  const unsigned strips = (n + STRIP - 1) / STRIP, row_groups = (m + ROWS - 1) / ROWS;
  const int strip = blockIdx.x % strips * STRIP;
  const int first = blockIdx.x / strips % row_groups * ROWS;
  const unsigned entry = blockIdx.x / strips / row_groups;
  const int group = threadIdx.x / LANES, groups = blockDim.x / LANES;
  const int column = threadIdx.x % LANES * COLUMNS;
  a += entry * stride_a + first * a_row;
  b += entry * stride_b + strip + column;

  // The thread that adds up a column of a row, and its total.
  const int own_row = threadIdx.x / STRIP, own_column = threadIdx.x % STRIP;
  float total = 0.0f;
  const int chunks = (k + CHUNK - 1) / CHUNK;
  for (int round = 0; round < chunks; round += groups) {
    float* x = pool;  // [ROWS, groups, X_PITCH]
    for (int i = threadIdx.x; i < ROWS * groups * CHUNK; i += blockDim.x) {
      const int row = i / (groups * CHUNK), s = i % (groups * CHUNK);
      const int at = round * CHUNK + s;
      x[(row * groups + s / CHUNK) * X_PITCH + s % CHUNK] =
          first + row < m && at < k ? a[row * a_row + at * a_step] : 0.0f;
    }
    __syncthreads();
    float sum[ROWS][COLUMNS] = {};
    const int chunk = round + group, start = chunk * CHUNK;
    if (chunk < chunks) {
      sum_chunk<ROWS, COLUMNS>(sum, b + start * ldb, ldb, x + group * X_PITCH, groups * X_PITCH,
                               min(CHUNK, k - start), readable - strip - column);
    }
    __syncthreads();
    float* sums = pool;  // [ROWS, groups, STRIP]
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
#pragma unroll
      for (int j = 0; j < COLUMNS; j++) sums[(r * groups + group) * STRIP + column + j] = sum[r][j];
    }
    __syncthreads();
    if (own_row < ROWS) {
      const int present = min(groups, chunks - round);
      for (int g = 0; g < present; g++) total += sums[(own_row * groups + g) * STRIP + own_column];
    }
    __syncthreads();
  }
  const int row = first + own_row, at = strip + own_column;
  if (own_row >= ROWS || row >= m || at >= n) return;
  float* to = c + entry * stride_c + row * ldc + at;
  *to = finish(total, to, bias, at, flags, activation);
}

#define GEMV_KERNEL(name, W, ROWS, COLUMNS)                                                     \
  KERNEL __launch_bounds__(GEMV_THREADS, 1) name(                                               \
      const float* __restrict__ a, const W* __restrict__ b, const float* __restrict__ bias,     \
      float* c, int m, int n, int readable, int k, long long a_row, long long a_step,           \
      long long ldb, long long ldc, long long stride_a, long long stride_b, long long stride_c, \
      int flags, int activation) {                                                              \
    __shared__ float pool[ROWS * Groups<COLUMNS>::MOST * X_PITCH];                              \
    few_rows<ROWS, COLUMNS, W>(pool, a, b, bias, c, m, n, readable, k, a_row, a_step, ldb, ldc, \
                               stride_a, stride_b, stride_c, flags, activation);                \
  }                                                                                             \
  REGISTER_KERNEL(name);

GEMV_KERNEL(gemv_1, float, 1, 4)
GEMV_KERNEL(gemv_4, float, 4, 4)
GEMV_KERNEL(gemv_unaligned_1, float, 1, 1)
GEMV_KERNEL(gemv_unaligned_4, float, 4, 1)
GEMV_KERNEL(gemv_bf16_1, bf16, 1, 4)
GEMV_KERNEL(gemv_bf16_4, bf16, 4, 4)
GEMV_KERNEL(gemv_f16_1, f16, 1, 4)
GEMV_KERNEL(gemv_f16_4, f16, 4, 4)
