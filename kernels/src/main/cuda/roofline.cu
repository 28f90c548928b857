// The two roofs of a device, to be measured: multiply-adds that wait for nothing, and a copy of more
// than the caches hold.
#include "gpu.h"

// Independent chains a thread: a multiply-add takes four cycles, and blocks of 256 threads give each
// scheduler many warps, so eight are more than enough to fill the pipes.
constexpr int CHAINS = 8;

// rounds * CHAINS * STEPS multiply-adds a thread. The sums are stored where they come out as a value
// that they never have, so that the compiler cannot leave them out.
constexpr int STEPS = 16;

KERNEL __launch_bounds__(256) roofline_multiply_add(float* __restrict__ out, float seed, int rounds) {
  float sum[CHAINS];
#pragma unroll
  for (int c = 0; c < CHAINS; ++c) {
    sum[c] = seed + static_cast<float>(threadIdx.x + c);
  }
  for (int round = 0; round < rounds; ++round) {
#pragma unroll
    for (int step = 0; step < STEPS; ++step) {
#pragma unroll
      for (int c = 0; c < CHAINS; ++c) {
        sum[c] = fmaf(sum[c], 0.999f, 0.001f);
      }
    }
  }
  float all = 0;
#pragma unroll
  for (int c = 0; c < CHAINS; ++c) {
    all += sum[c];
  }
  if (all == -1.0f) {
    out[0] = all;
  }
}
REGISTER_KERNEL(roofline_multiply_add);

// target[i] = source[i], 16 bytes a thread and step, four of them under way.
KERNEL __launch_bounds__(256)
    roofline_copy(const float4* __restrict__ source, float4* __restrict__ target, long long quads) {
  constexpr int UNDER_WAY = 4;
  const long long tile = static_cast<long long>(blockDim.x) * UNDER_WAY;
  const long long step = gridDim.x * tile;
  for (long long first = blockIdx.x * tile + threadIdx.x; first < quads; first += step) {
    float4 value[UNDER_WAY];
#pragma unroll
    for (int u = 0; u < UNDER_WAY; ++u) {
      const long long i = first + static_cast<long long>(u) * blockDim.x;
      if (i < quads) {
        value[u] = source[i];
      }
    }
#pragma unroll
    for (int u = 0; u < UNDER_WAY; ++u) {
      const long long i = first + static_cast<long long>(u) * blockDim.x;
      if (i < quads) {
        target[i] = value[u];
      }
    }
  }
}
REGISTER_KERNEL(roofline_copy);
