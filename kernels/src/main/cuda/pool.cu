// Pooling and enlarging of images, plane by plane (Pool.java defines them).
//
// A thread computes one result: an output from the pixels of its window, or the gradient of one pixel
// from the outputs whose windows hold it. So nothing is added to by two threads. Threads along x share
// a plane; neighbouring windows overlap in L1. Bytes: each value of the larger image once.
#include "walk.cuh"

#include "vec.cuh"

constexpr int BLOCK = 256;

/** As in CudaPool.java. */
struct PoolShape {
  int in_height, in_width, out_height, out_width;
  int height, width;  // of the window
  int stride_y, stride_x, pad_y, pad_x, dilation_y, dilation_x;
  int divisor;        // of averages, or 0 for the number of pixels
  int count_padding;  // whether padding counts as pixels
};

/** The taps of a window along one axis that lie within the image: from, from + dilation, ... < to. */
struct Taps {
  int from, to;

  __device__ Taps(int out, int window, int stride, int pad, int dilation, int extent) {
    const int start = out * stride - pad;
    from = start >= 0 ? start : (dilation - -start % dilation) % dilation;
    to = min(start + (window - 1) * dilation + 1, extent);
  }
};

/** Pixels of a window along one axis, as an average counts them. */
DEV int counted(int out, int window, int stride, int pad, int extent, bool padding) {
  const int from = out * stride - pad, to = min(from + window, extent + pad);
  return padding ? to - from : min(to, extent) - max(from, 0);
}

DEV float divisor(const PoolShape& s, int row, int column) {
  if (s.divisor != 0) return static_cast<float>(s.divisor);
  const bool padding = s.count_padding != 0;
  return static_cast<float>(
      counted(row, s.height, s.stride_y, s.pad_y, s.in_height, padding) *
      counted(column, s.width, s.stride_x, s.pad_x, s.in_width, padding));
}

// Grid: x over the pixels of a plane (of what is computed), y over planes.
KERNEL __launch_bounds__(BLOCK)
    max_pool(const __grid_constant__ PoolShape s, const float* __restrict__ x, float* y,
             int* indices, long long planes) {
  const int pixels = s.out_height * s.out_width;
  for (long long plane = first_row(); plane < planes; plane += row_step()) {
    const float* image = x + plane * (s.in_height * s.in_width);
    for (int out = grid_thread(); out < pixels; out += grid_threads()) {
      const Taps v(out / s.out_width, s.height, s.stride_y, s.pad_y, s.dilation_y, s.in_height);
      const Taps h(out % s.out_width, s.width, s.stride_x, s.pad_x, s.dilation_x, s.in_width);
      int best = v.from * s.in_width + h.from;
      float largest = image[best];
      for (int i = v.from; i < v.to; i += s.dilation_y) {
        for (int j = h.from; j < h.to; j += s.dilation_x) {
          const float value = image[i * s.in_width + j];
          if (value > largest || value != value) {
            largest = value;
            best = i * s.in_width + j;
          }
        }
      }
      y[plane * pixels + out] = largest;
      if (indices != nullptr) indices[plane * pixels + out] = best;
    }
  }
}
REGISTER_KERNEL(max_pool);

KERNEL __launch_bounds__(BLOCK) avg_pool(const __grid_constant__ PoolShape s,
                                         const float* __restrict__ x, float* y, long long planes) {
  const int pixels = s.out_height * s.out_width;
  for (long long plane = first_row(); plane < planes; plane += row_step()) {
    const float* image = x + plane * (s.in_height * s.in_width);
    for (int out = grid_thread(); out < pixels; out += grid_threads()) {
      const int row = out / s.out_width, column = out % s.out_width;
      const Taps v(row, s.height, s.stride_y, s.pad_y, 1, s.in_height);
      const Taps h(column, s.width, s.stride_x, s.pad_x, 1, s.in_width);
      float sum = 0.0f;
      for (int i = v.from; i < v.to; i++) {
        for (int j = h.from; j < h.to; j++) sum += image[i * s.in_width + j];
      }
      y[plane * pixels + out] = sum / divisor(s, row, column);
    }
  }
}
REGISTER_KERNEL(avg_pool);

/** Calls `body(out)` for the outputs whose window holds a pixel, along one axis, in their order. */
template <class Body>
DEV void for_outputs(int pixel, int window, int stride, int pad, int dilation, int outputs,
                     Body body) {
#pragma unroll 1
  for (int tap = window - 1; tap >= 0; tap--) {
    const int start = pixel + pad - tap * dilation;
    if (start >= 0 && start % stride == 0 && start / stride < outputs) body(start / stride);
  }
}

/** Adds up `term(row, column)` over the outputs whose window holds a pixel. */
template <class Term>
DEV float sum_outputs(const PoolShape& s, int pixel, Term term) {
  float sum = 0.0f;
  const int row = pixel / s.in_width, column = pixel % s.in_width;
  for_outputs(row, s.height, s.stride_y, s.pad_y, s.dilation_y, s.out_height, [&](int i) {
    for_outputs(column, s.width, s.stride_x, s.pad_x, s.dilation_x, s.out_width,
                [&](int j) { sum += term(i, j); });
  });
  return sum;
}

KERNEL __launch_bounds__(BLOCK)
    max_pool_grad(const __grid_constant__ PoolShape s, const int* __restrict__ indices,
                  const float* __restrict__ dy, float* dx, long long planes) {
  const int pixels = s.in_height * s.in_width;
  for (long long plane = first_row(); plane < planes; plane += row_step()) {
    const long long first = plane * (s.out_height * s.out_width);
    for (int pixel = grid_thread(); pixel < pixels; pixel += grid_threads()) {
      dx[plane * pixels + pixel] = sum_outputs(s, pixel, [&](int i, int j) {
        const long long out = first + i * s.out_width + j;
        return indices[out] == pixel ? dy[out] : 0.0f;
      });
    }
  }
}
REGISTER_KERNEL(max_pool_grad);

KERNEL __launch_bounds__(BLOCK)
    avg_pool_grad(const __grid_constant__ PoolShape s, const float* __restrict__ dy, float* dx,
                  long long planes) {
  const int pixels = s.in_height * s.in_width;
  for (long long plane = first_row(); plane < planes; plane += row_step()) {
    const float* from = dy + plane * (s.out_height * s.out_width);
    for (int pixel = grid_thread(); pixel < pixels; pixel += grid_threads()) {
      dx[plane * pixels + pixel] = sum_outputs(
          s, pixel, [&](int i, int j) { return from[i * s.out_width + j] / divisor(s, i, j); });
    }
  }
}
REGISTER_KERNEL(avg_pool_grad);

// y[p, i, j] = x[p, i / scale_y, j / scale_x], x of `height` by `width` pixels.
KERNEL __launch_bounds__(BLOCK) upsample(const float* __restrict__ x, float* y, long long planes,
                                         int height, int width, int scale_y, int scale_x) {
  const int cols = width * scale_x, pixels = height * scale_y * cols;
  for (long long plane = first_row(); plane < planes; plane += row_step()) {
    const float* image = x + plane * (height * width);
    for (int out = grid_thread(); out < pixels; out += grid_threads()) {
      y[plane * pixels + out] = image[out / cols / scale_y * width + out % cols / scale_x];
    }
  }
}
REGISTER_KERNEL(upsample);

// dx[p, i, j] = the sum of the scale_y by scale_x pixels of dy that it was repeated to.
KERNEL __launch_bounds__(BLOCK) upsample_grad(const float* __restrict__ dy, float* dx,
                                              long long planes, int height, int width, int scale_y,
                                              int scale_x) {
  const int cols = width * scale_x, pixels = height * width;
  for (long long plane = first_row(); plane < planes; plane += row_step()) {
    const float* image = dy + plane * (pixels * scale_y * scale_x);
    for (int pixel = grid_thread(); pixel < pixels; pixel += grid_threads()) {
      const float* first = image + pixel / width * scale_y * cols + pixel % width * scale_x;
      float sum = 0.0f;
      for (int i = 0; i < scale_y; i++) {
        for (int j = 0; j < scale_x; j++) sum += first[i * cols + j];
      }
      dx[plane * pixels + pixel] = sum;
    }
  }
}
REGISTER_KERNEL(upsample_grad);
