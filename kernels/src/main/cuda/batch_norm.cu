// Batch normalisation of x[batch, channels, pixels] (Ioffe and Szegedy 2015), and its gradients:
//
//   y = (x - mean) rstd weight + bias        rstd = 1 / sqrt(variance + eps)
//
// With the statistics of x itself, and g = dy weight, z = (x - mean) rstd, means over a channel:
//
//   dx = rstd (g - mean(g) - z mean(g z))    dweight = sum of dy z    dbias = sum of dy
//
// Sums over a channel come in two steps: a block sums a part of it, in float64 (see reduce.cuh for
// why), then a thread a channel joins the parts in order. The cut depends on the shape only.
// The values themselves are rewritten row by row: the pixels of one channel of one sample.
//
// Traffic: statistics 4 bytes a value, normalisation 8, gradients 8 for the sums and 12 for dx.
#include "vec.cuh"
#include "walk.cuh"

constexpr int BLOCK = 256;

/** As in CudaBatchNorm.java. */
struct NormShape {
  long long batch, channels, pixels;

  /** What sums over a channel are divided by: sums of nothing are 0, and stay so. */
  __device__ double divisor() const {
    const long long count = batch * pixels;
    return count > 0 ? static_cast<double>(count) : 1.0;
  }
};

/** Two sums of a part of a channel. */
struct Sums {
  double first, second;
};

DEV float or_else(const float* values, long long i, float otherwise) {
  return values == nullptr ? otherwise : values[i];
}

DEV float rstd_of(const float* variance, long long channel, float eps) {
  return 1.0f / sqrtf(variance[channel] + eps);
}

/** Adds the pairs of a block's threads; thread 0 writes the sum. */
DEV void block_sums(Sums own, Sums* to) {
  __shared__ Sums room[BLOCK];
  room[threadIdx.x] = own;
  for (int half = BLOCK / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < static_cast<unsigned>(half)) {
      room[threadIdx.x].first += room[threadIdx.x + half].first;
      room[threadIdx.x].second += room[threadIdx.x + half].second;
    }
  }
  if (threadIdx.x == 0) *to = room[0];
}

/** Calls `body(i)` for the places of this thread in a part of a channel. */
template <class Body>
DEV void for_part(const NormShape& s, long long channel, long long part, long long length,
                  Body body) {
  const long long count = s.batch * s.pixels, from = part * length;
  const long long to = count - from < length ? count : from + length;
  // The sample and its pixel are taken apart once, then moved along.
  long long e = from + threadIdx.x;
  long long sample = e / s.pixels, pixel = e % s.pixels;
  const long long samples = BLOCK / s.pixels, pixels = BLOCK % s.pixels;
  for (; e < to; e += BLOCK) {
    body((sample * s.channels + channel) * s.pixels + pixel);
    sample += samples;
    pixel += pixels;
    if (pixel >= s.pixels) {
      pixel -= s.pixels;
      sample++;
    }
  }
}

// Sums of x - r and its square, r being the channel's first value: no digits are lost where the mean
// is large. Grid: x over channels, y over parts of `length` values.
KERNEL __launch_bounds__(BLOCK)
    batch_norm_moments(const __grid_constant__ NormShape s, const float* __restrict__ x,
                       Sums* parts, long long length) {
  const long long channel = blockIdx.x;
  const double reference = x[channel * s.pixels];
  Sums own{0.0, 0.0};
  for_part(s, channel, blockIdx.y, length, [&](long long i) {
    const double distance = x[i] - reference;
    own.first += distance;
    own.second += distance * distance;
  });
  block_sums(own, parts + blockIdx.y * s.channels + channel);
}
REGISTER_KERNEL(batch_norm_moments);

/** Joins the parts of a channel. */
DEV Sums joined(const Sums* parts, int count, long long channels, long long channel) {
  Sums sum{0.0, 0.0};
  for (int part = 0; part < count; part++) {
    sum.first += parts[part * channels + channel].first;
    sum.second += parts[part * channels + channel].second;
  }
  return sum;
}

// A thread a channel; zeros where there are no values, and no parts.
KERNEL __launch_bounds__(BLOCK)
    batch_norm_statistics(const __grid_constant__ NormShape s, const float* __restrict__ x,
                          const Sums* parts, int count, float* mean, float* variance) {
  for (long long c = grid_thread(); c < s.channels; c += grid_threads()) {
    const Sums sum = joined(parts, count, s.channels, c);
    const double n = s.divisor();
    const double shift = sum.first / n;
    const double spread = sum.second / n - shift * shift;
    const double reference = count > 0 ? x[c * s.pixels] : 0.0;
    mean[c] = static_cast<float>(reference + shift);
    variance[c] = static_cast<float>(spread < 0.0 ? 0.0 : spread);  // NaN stays
  }
}
REGISTER_KERNEL(batch_norm_statistics);

// Rows are (sample, channel), of `pixels` values.
KERNEL __launch_bounds__(BLOCK)
    batch_norm_normalise(const __grid_constant__ NormShape s, const float* __restrict__ x,
                         const float* mean, const float* variance, const float* weight,
                         const float* bias, float eps, float* y) {
  const long long rows = s.batch * s.channels;
  for (long long r = first_row(); r < rows; r += row_step()) {
    const long long c = r % s.channels;
    const float centre = mean[c], offset = or_else(bias, c, 0.0f);
    const float scale = rstd_of(variance, c, eps) * or_else(weight, c, 1.0f);
    for (long long p = grid_thread(); p < s.pixels; p += grid_threads()) {
      y[r * s.pixels + p] = fmaf(x[r * s.pixels + p] - centre, scale, offset);
    }
  }
}
REGISTER_KERNEL(batch_norm_normalise);

// Sums of dy and of dy (x - mean). Grid as in batch_norm_moments.
KERNEL __launch_bounds__(BLOCK)
    batch_norm_grad_sums(const __grid_constant__ NormShape s, const float* __restrict__ x,
                         const float* __restrict__ dy, const float* mean, Sums* parts,
                         long long length) {
  const long long channel = blockIdx.x;
  const float centre = mean[channel];
  Sums own{0.0, 0.0};
  for_part(s, channel, blockIdx.y, length, [&](long long i) {
    own.first += dy[i];
    own.second += static_cast<double>(dy[i]) * (x[i] - centre);
  });
  block_sums(own, parts + blockIdx.y * s.channels + channel);
}
REGISTER_KERNEL(batch_norm_grad_sums);

// A thread a channel. Leaves what dx needs, mean(dy) and rstd mean(dy z), in `means`[2, channels];
// zeros if the statistics are not those of x.
KERNEL __launch_bounds__(BLOCK)
    batch_norm_grad_parameters(const __grid_constant__ NormShape s, const Sums* parts, int count,
                               const float* variance, float eps, int own_statistics, float* means,
                               float* dweight, float* dbias) {
  for (long long c = grid_thread(); c < s.channels; c += grid_threads()) {
    const Sums sum = joined(parts, count, s.channels, c);
    const double rstd = rstd_of(variance, c, eps), dot = sum.second * rstd;
    const double n = s.divisor();
    if (dweight != nullptr) dweight[c] = static_cast<float>(dot);
    if (dbias != nullptr) dbias[c] = static_cast<float>(sum.first);
    means[c] = own_statistics ? static_cast<float>(sum.first / n) : 0.0f;
    means[s.channels + c] = own_statistics ? static_cast<float>(dot * rstd / n) : 0.0f;
  }
}
REGISTER_KERNEL(batch_norm_grad_parameters);

KERNEL __launch_bounds__(BLOCK)
    batch_norm_grad(const __grid_constant__ NormShape s, const float* __restrict__ x,
                    const float* mean, const float* variance, const float* weight, float eps,
                    const float* means, const float* __restrict__ dy, float* dx) {
  const long long rows = s.batch * s.channels;
  for (long long r = first_row(); r < rows; r += row_step()) {
    const long long c = r % s.channels;
    const float centre = mean[c], own = means[c], slope = means[s.channels + c];
    const float scale = rstd_of(variance, c, eps) * or_else(weight, c, 1.0f);
    for (long long p = grid_thread(); p < s.pixels; p += grid_threads()) {
      const long long i = r * s.pixels + p;
      dx[i] = scale * (dy[i] - own - (x[i] - centre) * slope);
    }
  }
}
REGISTER_KERNEL(batch_norm_grad);
