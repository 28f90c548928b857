// target += source over strided arrays, where the target may be repeated along some axes: those are
// summed.
//
// The launcher parts the axes in two walks: `kept` (each element of the target is a row of one) and
// `summed` (what is added to it). add_each has nothing to sum. add_sums gives each target element a
// column of threads: a block is (x: neighbouring targets) by (y: lanes of the sum); lane y adds the
// values y, y + lanes, ... of its part, and the lanes (a power of two) are added pairwise. A long
// sum over few targets is cut in parts by its length alone; add_parts adds those in order.
//
// Sums are in float64 and rounded once, as on the CPU. Even a GPU with two float64 units a
// multiprocessor converts and adds about as fast as its memory delivers.
#include "vec.cuh"
#include "walk.cuh"

constexpr int BLOCK = 256;

KERNEL __launch_bounds__(BLOCK) add_each(const float* source, float* target,
                                         const __grid_constant__ Walk walk) {
  const long long one = walk.step[0] == 1 && walk.step[1] == 1;
  for (long long r = first_row(); r < walk.rows; r += row_step()) {
    long long at[2];
    locate(walk, r, at);
    const float* x = source + at[0];
    float* y = target + at[1];
    const Split split = one ? split4(walk.cols, y, x) : Split{walk.cols, 0, 0};
    for_slots(split, grid_thread(), grid_threads(), [&](auto width, long long i) {
      constexpr int W = decltype(width)::value;
      if constexpr (W == 4) {
        const Pack<W> v = load<W>(x + i);
        Pack<W> sum = load<W>(y + i);
#pragma unroll
        for (int e = 0; e < W; e++) {
          sum.v[e] += v.v[e];
        }
        store(y + i, sum);
      } else {
        y[i * walk.step[1]] += x[i * walk.step[0]];
      }
    });
  }
}
REGISTER_KERNEL(add_each);

/**
 * Adds part z of the sums to their targets (parts == null), or writes it to parts[z][kept].
 * Blocks: x over targets, z over parts of `length` summed elements.
 */
KERNEL __launch_bounds__(BLOCK) add_sums(const float* source, float* target, double* parts,
                                         long long length, const __grid_constant__ Walk kept,
                                         const __grid_constant__ Walk summed) {
  __shared__ double lanes[BLOCK];
  const long long targets = kept.rows;
  const long long values = summed.rows * summed.cols;
  const long long from = blockIdx.z * length;
  const long long to = from + length < values ? from + length : values;
  const int lane = threadIdx.y * blockDim.x + threadIdx.x;
  const long long step = static_cast<long long>(gridDim.x) * blockDim.x;
  for (long long first = static_cast<long long>(blockIdx.x) * blockDim.x; first < targets;
       first += step) {
    const long long own = first + threadIdx.x;
    long long at[2] = {0, 0};
    double sum = 0.0;
    if (own < targets) {
      locate(kept, own, at);
      const float* x = source + at[0];
      // Whole rows of the summed axes, so that the division is done once a row.
      for (long long r = from / summed.cols; r * summed.cols < to; r++) {
        long long row[2];
        locate(summed, r, row);
        const long long start = r * summed.cols < from ? from - r * summed.cols : 0;
        const long long rest = to - r * summed.cols;
        const long long end = rest < summed.cols ? rest : summed.cols;
        for (long long i = start + threadIdx.y; i < end; i += blockDim.y) {
          sum += x[row[0] + i * summed.step[0]];
        }
      }
    }
    lanes[lane] = sum;
    for (int half = blockDim.y / 2; half > 0; half /= 2) {
      __syncthreads();
      if (static_cast<int>(threadIdx.y) < half) {
        sum += lanes[lane + half * blockDim.x];
        lanes[lane] = sum;
      }
    }
    if (threadIdx.y == 0 && own < targets) {
      if (parts == nullptr) {
        target[at[1]] = static_cast<float>(target[at[1]] + sum);
      } else {
        parts[blockIdx.z * targets + own] = sum;
      }
    }
    __syncthreads();  // before the next targets overwrite the lanes
  }
}
REGISTER_KERNEL(add_sums);

/** target += parts[0] + parts[1] + ... */
KERNEL __launch_bounds__(BLOCK) add_parts(const double* parts, int count, float* target,
                                          const __grid_constant__ Walk kept) {
  const long long targets = kept.rows;
  for (long long own = grid_thread(); own < targets; own += grid_threads()) {
    long long at[2];
    locate(kept, own, at);
    double sum = target[at[1]];
    for (int part = 0; part < count; part++) {
      sum += parts[part * targets + own];
    }
    target[at[1]] = static_cast<float>(sum);
  }
}
REGISTER_KERNEL(add_parts);
