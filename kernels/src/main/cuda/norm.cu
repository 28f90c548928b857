// Normalisation of the rows of x[rows, cols]: layer norm (Ba et al. 2016) and root-mean-square norm
// (Zhang and Sennrich 2019), which is the same without the mean, and their gradients.
//
//   y = (x - mean) rstd weight + bias        rstd = 1 / sqrt(variance + eps)
//
//   warp    cols <= 1024   a warp a row
//   block   longer         a block a row, quads of values
//
// Passes after the first find the row in L1 or L2. With a residual, a pass before them leaves
// sum = x + residual, the row that is then normalised: it is written and needs no reading from HBM.
//
// The variance is taken around the mean, in a pass of its own: sums of squares cancel where the mean
// is large against the spread.
//
// Gradients. With g = dy weight and z = (x - mean) rstd:
//
//   dx = rstd (g - mean(g) - z mean(g z))    along rows, as above
//   dweight = sum of dy z, dbias = sum of dy   down the columns
//
// Columns are summed in two steps without atomics: blocks of 32 columns by ROWS_A_BLOCK rows leave
// partial sums, a second kernel adds them in order of rows. The cut depends on the shape only.
//
// The gradient that arrives at the sum is added to dx.
//
// Traffic at the floor: 8 bytes an element forward, 16 with a residual, 12 for dx (16) and 8 for the
// column sums; bandwidth is the bound.
#include "vec.cuh"
#include "warp.cuh"

constexpr int NORM_THREADS = 256;
constexpr int NORM_WARPS = NORM_THREADS / WARP;
constexpr int ROWS_A_BLOCK = 128;  // as in CudaNorm.java

DEV float optional(const float* values, long long i, float otherwise) {
  return values == nullptr ? otherwise : values[i];
}

// ---- Forward.

template <bool CENTRED>
DEV void norm_in_warp(const float* x, const float* residual, float* sums, const float* weight,
                      const float* bias, float* y, float* mean, float* rstd, long long rows,
                      int cols, float eps) {
  const int lane = threadIdx.x % WARP;
  const long long row = (long long)blockIdx.x * NORM_WARPS + threadIdx.x / WARP;
  if (row >= rows) return;  // the whole warp
  x += row * cols;
  y += row * cols;
  if (residual != nullptr) {  // a lane then reads what it wrote itself
#pragma unroll 4
    for (int c = lane; c < cols; c += WARP) sums[row * cols + c] = x[c] + residual[row * cols + c];
    x = sums + row * cols;
  }
  float sum = 0.0f, squares = 0.0f;
  if constexpr (CENTRED) {
#pragma unroll 4
    for (int c = lane; c < cols; c += WARP) sum += x[c];
  }
  const float centre = CENTRED ? lanes_sum(sum) / cols : 0.0f;
#pragma unroll 4
  for (int c = lane; c < cols; c += WARP) squares = fmaf(x[c] - centre, x[c] - centre, squares);
  const float scale = 1.0f / sqrtf(lanes_sum(squares) / cols + eps);
#pragma unroll 4
  for (int c = lane; c < cols; c += WARP) {
    y[c] = (x[c] - centre) * scale * optional(weight, c, 1.0f) + optional(bias, c, 0.0f);
  }
  if (lane == 0 && mean != nullptr) mean[row] = centre;
  if (lane == 0 && rstd != nullptr) rstd[row] = scale;
}

template <bool CENTRED>
DEV void norm_in_block(const float* x, const float* residual, float* sums, const float* weight,
                       const float* bias, float* y, float* mean, float* rstd, int cols, float eps) {
  __shared__ float room[2][NORM_WARPS];
  const long long row = blockIdx.x;
  x += row * cols;
  y += row * cols;
  if (residual != nullptr) {
    residual += row * cols;
    sums += row * cols;
    for_slots(split4(cols, sums, x, residual), threadIdx.x, NORM_THREADS,
              [&](auto width, long long i) {
                constexpr int W = decltype(width)::value;
                Pack<W> v = load<W>(x + i);
                const Pack<W> r = load<W>(residual + i);
#pragma unroll
                for (int e = 0; e < W; e++) v.v[e] += r.v[e];
                store(sums + i, v);
              });
    __syncthreads();  // the slots below may be others
    x = sums;
  }
  const Split split = split4(cols, y, x);
  float sum = 0.0f, squares = 0.0f;
  if constexpr (CENTRED) {
    for_slots(split, threadIdx.x, NORM_THREADS, [&](auto width, long long i) {
      const auto v = load<decltype(width)::value>(x + i);
      for (float value : v.v) sum += value;
    });
  }
  const float centre = CENTRED ? block_sum(sum, room[0]) / cols : 0.0f;
  for_slots(split, threadIdx.x, NORM_THREADS, [&](auto width, long long i) {
    const auto v = load<decltype(width)::value>(x + i);
    for (float value : v.v) squares = fmaf(value - centre, value - centre, squares);
  });
  const float scale = 1.0f / sqrtf(block_sum(squares, room[1]) / cols + eps);
  for_slots(split, threadIdx.x, NORM_THREADS, [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    Pack<W> v = load<W>(x + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      v.v[e] =
          (v.v[e] - centre) * scale * optional(weight, i + e, 1.0f) + optional(bias, i + e, 0.0f);
    }
    store(y + i, v);
  });
  if (threadIdx.x == 0 && mean != nullptr) mean[row] = centre;
  if (threadIdx.x == 0 && rstd != nullptr) rstd[row] = scale;
}

// ---- Gradient of x.

template <bool CENTRED>
DEV void norm_grad_in_warp(const float* x, const float* weight, const float* mean,
                           const float* rstd, const float* dy, const float* dsums, float* dx,
                           long long rows, int cols) {
  const int lane = threadIdx.x % WARP;
  const long long row = (long long)blockIdx.x * NORM_WARPS + threadIdx.x / WARP;
  if (row >= rows) return;  // the whole warp
  x += row * cols;
  dy += row * cols;
  dx += row * cols;
  const float centre = CENTRED ? mean[row] : 0.0f, scale = rstd[row];
  float sum = 0.0f, dot = 0.0f;
#pragma unroll 4
  for (int c = lane; c < cols; c += WARP) {
    const float g = dy[c] * optional(weight, c, 1.0f);
    sum += g;
    dot = fmaf(g, (x[c] - centre) * scale, dot);
  }
  const float mean_g = CENTRED ? lanes_sum(sum) / cols : 0.0f;
  const float mean_gz = lanes_sum(dot) / cols;
#pragma unroll 4
  for (int c = lane; c < cols; c += WARP) {
    const float g = dy[c] * optional(weight, c, 1.0f);
    const float own = __fmul_rn(scale, g - mean_g - (x[c] - centre) * scale * mean_gz);
    dx[c] = dsums == nullptr ? own : own + dsums[row * cols + c];
  }
}

template <bool CENTRED>
DEV void norm_grad_in_block(const float* x, const float* weight, const float* mean,
                            const float* rstd, const float* dy, const float* dsums, float* dx,
                            int cols) {
  __shared__ float room[2][NORM_WARPS];
  const long long row = blockIdx.x;
  x += row * cols;
  dy += row * cols;
  dx += row * cols;
  const float centre = CENTRED ? mean[row] : 0.0f, scale = rstd[row];
  const Split split = split4(cols, dx, x, dy);
  float sum = 0.0f, dot = 0.0f;
  for_slots(split, threadIdx.x, NORM_THREADS, [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> v = load<W>(x + i), d = load<W>(dy + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      const float g = d.v[e] * optional(weight, i + e, 1.0f);
      sum += g;
      dot = fmaf(g, (v.v[e] - centre) * scale, dot);
    }
  });
  const float mean_g = CENTRED ? block_sum(sum, room[0]) / cols : 0.0f;
  const float mean_gz = block_sum(dot, room[1]) / cols;
  for_slots(split, threadIdx.x, NORM_THREADS, [&](auto width, long long i) {
    constexpr int W = decltype(width)::value;
    const Pack<W> v = load<W>(x + i);
    Pack<W> d = load<W>(dy + i);
#pragma unroll
    for (int e = 0; e < W; e++) {
      const float g = d.v[e] * optional(weight, i + e, 1.0f);
      const float own = __fmul_rn(scale, g - mean_g - (v.v[e] - centre) * scale * mean_gz);
      d.v[e] = dsums == nullptr ? own : own + dsums[row * cols + i + e];
    }
    store(dx + i, d);
  });
}

// Outputs may be inputs: a row is summed before any of it is written. residual and sums, or dsums,
// may be null.
#define NORM_KERNELS(name, CENTRED)                                                            \
  KERNEL __launch_bounds__(NORM_THREADS) name##_warp(                                          \
      const float* x, const float* residual, float* sums, const float* weight,                 \
      const float* bias, float* y, float* mean, float* rstd, long long rows, int cols,         \
      float eps) {                                                                             \
    norm_in_warp<CENTRED>(x, residual, sums, weight, bias, y, mean, rstd, rows, cols, eps);    \
  }                                                                                            \
  REGISTER_KERNEL(name##_warp);                                                                \
  KERNEL __launch_bounds__(NORM_THREADS) name##_block(                                         \
      const float* x, const float* residual, float* sums, const float* weight,                 \
      const float* bias, float* y, float* mean, float* rstd, int cols, float eps) {            \
    norm_in_block<CENTRED>(x, residual, sums, weight, bias, y, mean, rstd, cols, eps);         \
  }                                                                                            \
  REGISTER_KERNEL(name##_block);                                                               \
  KERNEL __launch_bounds__(NORM_THREADS) name##_grad_warp(                                     \
      const float* x, const float* weight, const float* mean, const float* rstd,               \
      const float* dy, const float* dsums, float* dx, long long rows, int cols) {              \
    norm_grad_in_warp<CENTRED>(x, weight, mean, rstd, dy, dsums, dx, rows, cols);              \
  }                                                                                            \
  REGISTER_KERNEL(name##_grad_warp);                                                           \
  KERNEL __launch_bounds__(NORM_THREADS) name##_grad_block(                                    \
      const float* x, const float* weight, const float* mean, const float* rstd,               \
      const float* dy, const float* dsums, float* dx, int cols) {                              \
    norm_grad_in_block<CENTRED>(x, weight, mean, rstd, dy, dsums, dx, cols);                   \
  }                                                                                            \
  REGISTER_KERNEL(name##_grad_block);

NORM_KERNELS(layer_norm, true)
NORM_KERNELS(rms_norm, false)

// ---- Gradients of weight and bias.

// Sums of dy z and of dy over ROWS_A_BLOCK rows of 32 columns: partial[block of rows][2][cols].
// Blocks of 32 x NORM_WARPS threads; a warp takes every NORM_WARPS-th row. mean may be null.
KERNEL __launch_bounds__(NORM_THREADS) norm_columns(
    const float* __restrict__ x, const float* __restrict__ mean, const float* __restrict__ rstd,
    const float* __restrict__ dy, float* __restrict__ partial, long long rows, int cols) {
  __shared__ float sums[2][NORM_WARPS][WARP];
  const int strips = (cols + WARP - 1) / WARP;
  const int c = blockIdx.x % strips * WARP + threadIdx.x;
  const long long block = blockIdx.x / strips;
  const long long end = min(rows, (block + 1) * ROWS_A_BLOCK);
  float dweight = 0.0f, dbias = 0.0f;
  for (long long row = block * ROWS_A_BLOCK + threadIdx.y; c < cols && row < end;
       row += NORM_WARPS) {
    const float d = dy[row * cols + c];
    dweight = fmaf(d, (x[row * cols + c] - optional(mean, row, 0.0f)) * rstd[row], dweight);
    dbias += d;
  }
  sums[0][threadIdx.y][threadIdx.x] = dweight;
  sums[1][threadIdx.y][threadIdx.x] = dbias;
  __syncthreads();
  if (threadIdx.y < 2 && c < cols) {
    float sum = 0.0f;
#pragma unroll
    for (int w = 0; w < NORM_WARPS; w++) sum += sums[threadIdx.y][w][threadIdx.x];
    partial[(block * 2 + threadIdx.y) * cols + c] = sum;
  }
}
REGISTER_KERNEL(norm_columns);

// Adds partial[blocks][2][cols] in order. dweight and dbias may be null.
KERNEL norm_columns_add(const float* __restrict__ partial, float* __restrict__ dweight,
                        float* __restrict__ dbias, long long blocks, int cols) {
  const int c = blockIdx.x * blockDim.x + threadIdx.x;
  if (c >= cols) return;
  float sums[2] = {0.0f, 0.0f};
  for (long long b = 0; b < blocks; b++) {
    sums[0] += partial[2 * b * cols + c];
    sums[1] += partial[(2 * b + 1) * cols + c];
  }
  if (dweight != nullptr) dweight[c] = sums[0];
  if (dbias != nullptr) dbias[c] = sums[1];
}
REGISTER_KERNEL(norm_columns_add);
