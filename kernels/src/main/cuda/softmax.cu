// The softmax family: see softmax.cuh for how a line is folded and walked.
#include "softmax.cuh"

// Outputs may be inputs, so pointers are not __restrict__: a line is folded before any of it is
// written, and each value is written by the thread that read it.
#define SOFTMAX_KERNELS(name, F)                                                                 \
  KERNEL __launch_bounds__(SOFTMAX_THREADS) name##_warp(const float* a, const float* b,          \
                                                        float* out, long long lines, int n) {    \
    line_in_warp<F>(a, b, out, lines, n);                                                        \
  }                                                                                              \
  REGISTER_KERNEL(name##_warp);                                                                  \
  KERNEL __launch_bounds__(SOFTMAX_THREADS) name##_block(const float* a, const float* b,         \
                                                         float* out, int n) {                    \
    line_in_block<F>(a, b, out, n);                                                              \
  }                                                                                              \
  REGISTER_KERNEL(name##_block);                                                                 \
  KERNEL __launch_bounds__(SOFTMAX_THREADS) name##_columns(const float* a, const float* b,       \
                                                           float* out, int n, long long inner) { \
    lines_in_columns<F>(a, b, out, n, inner);                                                    \
  }                                                                                              \
  REGISTER_KERNEL(name##_columns);

SOFTMAX_KERNELS(softmax, SoftmaxOf)
SOFTMAX_KERNELS(log_softmax, LogSoftmaxOf)
SOFTMAX_KERNELS(log_sum_exp, LogSumExpOf)
SOFTMAX_KERNELS(softmax_grad, SoftmaxGradOf)
SOFTMAX_KERNELS(log_softmax_grad, LogSoftmaxGradOf)

// dx = dy exp(x - y), with y and dy one value a line: nothing to fold.
KERNEL log_sum_exp_grad(const float* x, const float* y, const float* dy, float* dx, long long size,
                        int n, long long inner) {
  for (long long i = grid_thread(); i < size; i += grid_threads()) {
    const long long line = i / (n * inner) * inner + i % inner;
    dx[i] = dy[line] * expf(x[i] - y[line]);
  }
}
REGISTER_KERNEL(log_sum_exp_grad);
