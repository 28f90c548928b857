// Convolutions, their transposes and the gradient of their weights, as implicit matrix products: the
// matrix of patches (see LoweredConv.java) is never stored, its elements are read from the image
// where the product needs them.
//
//               rows           columns                      k, what is summed over
//   forward     out channel    (image, out row, column)     (in channel, tap)
//   transposed  in channel     (image, in row, column)      (out channel, tap)
//   weight      out channel    (in channel, tap)            (image, out row, column)
//
// In all three the left operand is a matrix whose rows lie at equal distances, and the right one is a
// pixel: the place of k (a Tap) plus that of the column (a Column), or 0 if that lies beyond the
// image. So one tile does them all, and a kernel only says what k and a column stand for.
//
// A pixel of a transposed convolution meets only the taps whose distance from it is a multiple of the
// stride. Pixels are dealt with by their phase, (row mod stride, column mod stride): those of one
// phase meet the same taps, and no product with a zero is computed between strides.
//
//   stride 2, window 4, pad 1:    phase 0: taps 1 3      phase 1: taps 0 2
//
// A block computes 64 x 64 results, 4 x 4 a thread, through k in steps of 16 in shared memory. The
// first 16 threads take the next k's apart, once for all. The order of summation is that of all matrix
// products (matmul.cuh): chunks of 64 that start at zero, added in order. So the bits of an image do
// not depend on the images beside it. The gradient of the weight sums over images and pixels, which
// are many, for a result that is small: k is cut into parts, by the shape alone, and conv_sum_parts
// adds them in order.
//
// Traffic: a block reads 64 + 64 values a k for 2 * 64 * 64 operations, 16 operations a byte; patches
// overlap, so most of it comes from L1 and L2.
#include "vec.cuh"

constexpr int TILE = 64;
constexpr int DEPTH = 16;
constexpr int CHUNK = 64;
constexpr int SIDE = 16;  // threads along each side of a tile
constexpr int THREADS = SIDE * SIDE;
constexpr int EACH = TILE / SIDE;  // results of a thread along each side

/** As in CudaConv.java. */
struct ConvShape {
  long long batch;
  int groups, group_in, group_out;
  int in_height, in_width, out_height, out_width;
  int height, width;  // of the window
  int stride_y, stride_x, pad_y, pad_x, dilation_y, dilation_x;

  __device__ int taps() const { return height * width; }
  __device__ int in_pixels() const { return in_height * in_width; }
  __device__ int out_pixels() const { return out_height * out_width; }
};

/** What one k stands for. */
struct Tap {
  long long left;   // where its column of the left operand starts; negative beyond the last k
  long long plane;  // which plane of the right operand
  int y, x;         // where in the plane, relative to the column's place
};

/** What one column stands for. */
struct Column {
  const float* image;  // null beyond the last column
  int y, x;
};

/** Which part of the product a block computes. */
struct Tile {
  int row, rows;  // its first row, and how many the product has
  int columns;    // from its first one to the product's last
  int depth;      // summands
};

/**
 * A tile of the product. `tap(k)` and `column(j)` say what they stand for, `store(row, j, value)`
 * takes the results; j and k count from the tile's first.
 *
 * @param left the left operand's rows, `pitch` apart
 * @param height, width size of the right operand's planes
 */
template <class TapOf, class ColumnOf, class Store>
DEV void product_tile(const Tile& tile, const float* __restrict__ left, long long pitch, int height,
                      int width, TapOf tap, ColumnOf column, Store store) {
  __shared__ Tap taps[DEPTH];
  __shared__ float rows[DEPTH][TILE + 1];
  __shared__ float columns[DEPTH][TILE];
  const int own_k = threadIdx.x % DEPTH, own_row = threadIdx.x / DEPTH;
  const int own_column = threadIdx.x % TILE, first_k = threadIdx.x / TILE;
  const int ty = threadIdx.x / SIDE, tx = threadIdx.x % SIDE;
  const Column c = own_column < tile.columns ? column(own_column) : Column{nullptr, 0, 0};
  float total[EACH][EACH] = {}, sum[EACH][EACH] = {};

  for (int k0 = 0; k0 < tile.depth; k0 += DEPTH) {
    if (threadIdx.x < DEPTH) {
      const int k = k0 + threadIdx.x;
      taps[threadIdx.x] = k < tile.depth ? tap(k) : Tap{-1, 0, 0, 0};
    }
    __syncthreads();  // the taps are there, and all are done with the step before
    const long long from = taps[own_k].left;
#pragma unroll
    for (int i = 0; i < TILE; i += THREADS / DEPTH) {
      const int row = tile.row + own_row + i;
      rows[own_k][own_row + i] = from >= 0 && row < tile.rows ? left[from + row * pitch] : 0.0f;
    }
#pragma unroll
    for (int k = first_k; k < DEPTH; k += THREADS / TILE) {
      const Tap t = taps[k];
      const int y = c.y + t.y, x = c.x + t.x;
      const bool inside = c.image != nullptr && t.left >= 0 &&
                          static_cast<unsigned>(y) < static_cast<unsigned>(height) &&
                          static_cast<unsigned>(x) < static_cast<unsigned>(width);
      columns[k][own_column] = inside ? c.image[t.plane + (long long)y * width + x] : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      float a[EACH], b[EACH];
#pragma unroll
      for (int i = 0; i < EACH; i++) a[i] = rows[k][ty * EACH + i];
#pragma unroll
      for (int i = 0; i < EACH; i++) b[i] = columns[k][tx + i * SIDE];
#pragma unroll
      for (int r = 0; r < EACH; r++) {
#pragma unroll
        for (int i = 0; i < EACH; i++) sum[r][i] = fmaf(a[r], b[i], sum[r][i]);
      }
    }
    if ((k0 + DEPTH) % CHUNK == 0 || k0 + DEPTH >= tile.depth) {
#pragma unroll
      for (int r = 0; r < EACH; r++) {
#pragma unroll
        for (int i = 0; i < EACH; i++) {
          total[r][i] += sum[r][i];
          sum[r][i] = 0.0f;
        }
      }
    }
  }
#pragma unroll
  for (int i = 0; i < EACH; i++) {
    const int j = tx + i * SIDE;
#pragma unroll
    for (int r = 0; r < EACH; r++) {
      const int row = tile.row + ty * EACH + r;
      if (row < tile.rows && j < tile.columns) store(row, j, total[r][i]);
    }
  }
}

/** What a block's number means. */
struct Block {
  int group;
  int outer;        // phase, or part
  long long first;  // column

  __device__ Block(long long columns, int groups) {
    const unsigned tiles = static_cast<unsigned>((columns + TILE - 1) / TILE);
    const unsigned rest = blockIdx.x / tiles;
    group = rest % groups;
    outer = rest / groups;
    first = static_cast<long long>(blockIdx.x % tiles) * TILE;
  }
};

DEV Tile tile_of(int rows, long long columns_left, int depth) {
  const int columns = columns_left < TILE ? static_cast<int>(columns_left) : TILE;
  return Tile{static_cast<int>(blockIdx.y) * TILE, rows, columns, depth};
}

/** Pixels are numbered through the batch. The first of some is taken apart once, in 64 bits. */
struct Pixels {
  long long image;
  int place;
  int each;  // pixels of an image

  __device__ Pixels(long long first, int each)
      : image(first / each), place(static_cast<int>(first % each)), each(each) {}

  __device__ long long image_of(int i) const { return image + (place + i) / each; }
  __device__ int place_of(int i) const { return (place + i) % each; }
};

DEV float with_bias(float value, const float* bias, int channel) {
  return bias == nullptr ? value : value + bias[channel];
}

// y = x * weight + bias. Grid: x over tiles of columns by groups, y over tiles of rows.
KERNEL __launch_bounds__(THREADS)
    conv_forward(const __grid_constant__ ConvShape s, const float* __restrict__ x,
                 const float* __restrict__ weight, const float* __restrict__ bias, float* y) {
  const long long columns = s.batch * s.out_pixels();
  const int patch = s.group_in * s.taps();
  const Block block(columns, s.groups);
  const Pixels outputs(block.first, s.out_pixels());
  const int first_in = block.group * s.group_in, first_out = block.group * s.group_out;
  product_tile(
      tile_of(s.group_out, columns - block.first, patch), weight + (long long)first_out * patch,
      patch, s.in_height, s.in_width,
      [&](int k) {
        const int tap = k % s.taps();
        return Tap{k, (long long)(k / s.taps()) * s.in_pixels(), tap / s.width * s.dilation_y,
                   tap % s.width * s.dilation_x};
      },
      [&](int j) {
        const long long plane = outputs.image_of(j) * s.groups * s.group_in + first_in;
        const int place = outputs.place_of(j);
        return Column{x + plane * s.in_pixels(), place / s.out_width * s.stride_y - s.pad_y,
                      place % s.out_width * s.stride_x - s.pad_x};
      },
      [&](int row, int j, float value) {
        const int channel = first_out + row;
        const long long plane = outputs.image_of(j) * s.groups * s.group_out + channel;
        y[plane * s.out_pixels() + outputs.place_of(j)] = with_bias(value, bias, channel);
      });
}
REGISTER_KERNEL(conv_forward);

/** Along one axis: the pixels of a phase, and the taps that they meet. */
struct Phase {
  int pixels;
  int first_tap, tap_step, taps;
  int origin;  // the output that the first tap of the first pixel belongs to
  int step;    // outputs from one tap to the next, backwards

  __device__ Phase(int phase, int extent, int window, int stride, int pad, int dilation) {
    pixels = phase < extent ? (extent - phase + stride - 1) / stride : 0;
    tap_step = 1;  // until the taps are a multiple of the stride apart
    while (static_cast<long long>(tap_step) * dilation % stride != 0) tap_step++;
    first_tap = 0;
    while (first_tap < tap_step && (phase + pad - first_tap * dilation) % stride != 0) first_tap++;
    const bool some = first_tap < tap_step && first_tap < window;
    taps = some ? (window - first_tap + tap_step - 1) / tap_step : 0;
    origin = (phase + pad - first_tap * dilation) / stride;
    step = tap_step * dilation / stride;
  }
};

// x = the adjoint of conv_forward, + bias. Grid: x over tiles of the columns of the largest phase by
// groups by phases, y over tiles of rows.
KERNEL __launch_bounds__(THREADS)
    conv_transposed(const __grid_constant__ ConvShape s, const float* __restrict__ y,
                    const float* __restrict__ weight, const float* __restrict__ bias, float* x) {
  const long long most = s.batch * ((s.in_height + s.stride_y - 1) / s.stride_y) *
                         ((s.in_width + s.stride_x - 1) / s.stride_x);
  const Block block(most, s.groups);
  const int phase_y = block.outer / s.stride_x, phase_x = block.outer % s.stride_x;
  const Phase v(phase_y, s.in_height, s.height, s.stride_y, s.pad_y, s.dilation_y);
  const Phase h(phase_x, s.in_width, s.width, s.stride_x, s.pad_x, s.dilation_x);
  const int pixels = v.pixels * h.pixels, taps = v.taps * h.taps;
  const long long columns = s.batch * pixels;
  if (block.first >= columns) {
    return;  // the whole block
  }
  const Pixels inputs(block.first, pixels);
  const int first_in = block.group * s.group_in, first_out = block.group * s.group_out;
  const long long weights = (long long)s.group_in * s.taps();  // of an output channel
  product_tile(
      tile_of(s.group_in, columns - block.first, s.group_out * taps), weight + first_out * weights,
      s.taps(), s.out_height, s.out_width,
      [&](int k) {
        const int channel = k / taps, i = k % taps / h.taps, j = k % taps % h.taps;
        const int tap = (v.first_tap + i * v.tap_step) * s.width + h.first_tap + j * h.tap_step;
        return Tap{channel * weights + tap, (long long)channel * s.out_pixels(), -i * v.step,
                   -j * h.step};
      },
      [&](int j) {
        const long long plane = inputs.image_of(j) * s.groups * s.group_out + first_out;
        const int place = inputs.place_of(j);
        return Column{y + plane * s.out_pixels(), v.origin + place / h.pixels,
                      h.origin + place % h.pixels};
      },
      [&](int row, int j, float value) {
        const int channel = first_in + row, place = inputs.place_of(j);
        const long long plane = inputs.image_of(j) * s.groups * s.group_in + channel;
        const int at_y = phase_y + place / h.pixels * s.stride_y;
        const int at_x = phase_x + place % h.pixels * s.stride_x;
        x[plane * s.in_pixels() + at_y * s.in_width + at_x] = with_bias(value, bias, channel);
      });
}
REGISTER_KERNEL(conv_transposed);

// parts[p] = the gradient of the weight by the pixels of one part, `length` of them. Grid: x over
// tiles of columns by groups by parts, y over tiles of rows.
KERNEL __launch_bounds__(THREADS)
    conv_weight_grad(const __grid_constant__ ConvShape s, const float* __restrict__ x,
                     const float* __restrict__ dy, float* parts, int length) {
  const int patch = s.group_in * s.taps();
  const Block block(patch, s.groups);
  const long long from = static_cast<long long>(block.outer) * length;
  const long long left = s.batch * s.out_pixels() - from;
  const Pixels outputs(from, s.out_pixels());
  const int first_in = block.group * s.group_in, first_out = block.group * s.group_out;
  const int first = static_cast<int>(block.first);
  float* sums = parts + (block.outer * (long long)s.groups * s.group_out + first_out) * patch;
  product_tile(
      tile_of(s.group_out, patch - first, left < length ? static_cast<int>(left) : length),
      dy + (long long)first_out * s.out_pixels(), s.out_pixels(), s.in_height, s.in_width,
      [&](int k) {
        const long long image = outputs.image_of(k);
        const int place = outputs.place_of(k);
        return Tap{image * s.groups * s.group_out * s.out_pixels() + place,
                   image * s.groups * s.group_in * s.in_pixels(),
                   place / s.out_width * s.stride_y - s.pad_y,
                   place % s.out_width * s.stride_x - s.pad_x};
      },
      [&](int j) {
        const int channel = (first + j) / s.taps(), tap = (first + j) % s.taps();
        return Column{x + (long long)(first_in + channel) * s.in_pixels(),
                      tap / s.width * s.dilation_y, tap % s.width * s.dilation_x};
      },
      [&](int row, int j, float value) { sums[(long long)row * patch + first + j] = value; });
}
REGISTER_KERNEL(conv_weight_grad);

// sum[i] = parts[0][i] + parts[1][i] + ... in this order. A thread a value.
KERNEL __launch_bounds__(THREADS)
    conv_sum_parts(const float* __restrict__ parts, int count, float* sum, long long n) {
  for (long long i = grid_thread(); i < n; i += grid_threads()) {
    float value = parts[i];
    for (int part = 1; part < count; part++) value += parts[part * n + i];
    sum[i] = value;
  }
}
REGISTER_KERNEL(conv_sum_parts);
