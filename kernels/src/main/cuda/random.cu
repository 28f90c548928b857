// Random numbers: value i is word i mod 4 of Philox block offset + i / 4 (philox.cuh), whatever the
// launch, so streams are the same on every device. A thread computes a block and writes its four
// values, as one 16-byte store where the array starts on such a boundary.
//
// 4 bytes an element are written (dropout reads as many). The ten rounds are about 12 integer
// instructions an element, which stays below the time of the memory. No value is rounded otherwise
// than in Java: products and sums are kept apart by the _rn functions.
#include "philox.cuh"
#include "strict.cuh"
#include "vec.cuh"

constexpr int BLOCK = 256;

/**
 * Calls body(index of the first value, words) for each block; body fills up to four values from
 * x (or nothing, x == null), which are then written.
 */
template <class Body>
DEV void for_blocks(const float* x, float* y, long long n, uint64_t seed, uint64_t offset,
                    Body body) {
  const bool aligned = lag(y) == 0 && (x == nullptr || lag(x) == 0);
  for (long long block = grid_thread(); 4 * block < n; block += grid_threads()) {
    const long long first = 4 * block;
    const Words words = philox(seed, offset + static_cast<uint64_t>(block));
    const bool whole = aligned && first + 4 <= n;
    Pack<4> v{};
    if (x != nullptr && whole) {
      v = load<4>(x + first);
    } else if (x != nullptr) {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        v.v[e] = first + e < n ? x[first + e] : 0.0f;
      }
    }
    body(words, v);
    if (whole) {
      store(y + first, v);
    } else {
#pragma unroll
      for (int e = 0; e < 4; e++) {
        if (first + e < n) {
          y[first + e] = v.v[e];
        }
      }
    }
  }
}

// low + range u, but at most `below`: where the sum rounds up to the open end, the value before it.
KERNEL __launch_bounds__(BLOCK) random_uniform(float* y, long long n, float low, float range,
                                               float below, uint64_t seed, uint64_t offset) {
  for_blocks(nullptr, y, n, seed, offset, [&](const Words& words, Pack<4>& v) {
#pragma unroll
    for (int e = 0; e < 4; e++) {
      const float value = __fadd_rn(low, __fmul_rn(range, uniform(words.w[e])));
      v.v[e] = value > below ? below : value;
    }
  });
}
REGISTER_KERNEL(random_uniform);

// mean + std z, z by Box and Muller (1958): words 0 and 1 give values 0 and 1, words 2 and 3 the
// others.
KERNEL __launch_bounds__(BLOCK) random_normal(float* y, long long n, float mean, float std,
                                              uint64_t seed, uint64_t offset) {
  for_blocks(nullptr, y, n, seed, offset, [&](const Words& words, Pack<4>& v) {
#pragma unroll
    for (int pair = 0; pair < 4; pair += 2) {
      constexpr double TWO_PI = 2.0 * 3.14159265358979323846;
      const double log_u = strict_log(uniform_positive(words.w[pair]));
      const double radius = __dsqrt_rn(__dmul_rn(-2.0, log_u));
      const SinCos turn = strict_sincos(__dmul_rn(TWO_PI, uniform(words.w[pair + 1])));
      const float first = static_cast<float>(__dmul_rn(radius, turn.cos));
      const float second = static_cast<float>(__dmul_rn(radius, turn.sin));
      v.v[pair] = __fadd_rn(mean, __fmul_rn(std, first));
      v.v[pair + 1] = __fadd_rn(mean, __fmul_rn(std, second));
    }
  });
}
REGISTER_KERNEL(random_normal);

// y = u >= p ? x / (1 - p) : 0.
KERNEL __launch_bounds__(BLOCK) random_dropout(const float* x, float* y, long long n, float p,
                                               uint64_t seed, uint64_t offset) {
  const float kept = 1.0f - p;
  for_blocks(x, y, n, seed, offset, [&](const Words& words, Pack<4>& v) {
#pragma unroll
    for (int e = 0; e < 4; e++) {
      v.v[e] = uniform(words.w[e]) >= p ? v.v[e] / kept : 0.0f;
    }
  });
}
REGISTER_KERNEL(random_dropout);
