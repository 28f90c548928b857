// One small kernel for each primitive that a GPU has in hardware and the emulator plays. PrimitivesTest
// compares with what the PTX manual says; the same kernels on a GPU tell whether both are right.
//
// All take n = 256 values in x and write to y.
#include "async_copy.cuh"
#include "gpu.h"
#include "tensor_core.cuh"

#define ARGUMENTS const float *x, float *y, int n

// Four shuffles of width 32, then of width 8: y[256 k + t] for the k-th.
KERNEL shuffles(ARGUMENTS) {
  const int t = threadIdx.x;
  y[t] = __shfl_sync(ALL_LANES, x[t], 5 + t);
  y[n + t] = __shfl_up_sync(ALL_LANES, x[t], 3);
  y[2 * n + t] = __shfl_down_sync(ALL_LANES, x[t], 3);
  y[3 * n + t] = __shfl_xor_sync(ALL_LANES, x[t], 9);
  y[4 * n + t] = __shfl_sync(ALL_LANES, x[t], 5 + t, 8);
  y[5 * n + t] = __shfl_up_sync(ALL_LANES, x[t], 3, 8);
  y[6 * n + t] = __shfl_down_sync(ALL_LANES, x[t], 3, 8);
  y[7 * n + t] = __shfl_xor_sync(ALL_LANES, x[t], 9, 8);
}
REGISTER_KERNEL(shuffles);

// Votes of a warp and of the block about x[t] > 100.
KERNEL votes(ARGUMENTS) {
  const int t = threadIdx.x;
  const bool p = x[t] > 100;
  y[t] = float(__popc(__ballot_sync(ALL_LANES, p)));
  y[n + t] = __any_sync(ALL_LANES, p) ? 1 : 0;
  y[2 * n + t] = __all_sync(ALL_LANES, p) ? 1 : 0;
  y[3 * n + t] = float(__syncthreads_count(p));
  y[4 * n + t] = __syncthreads_or(p) ? 1 : 0;
  y[5 * n + t] = __syncthreads_and(p) ? 1 : 0;
}
REGISTER_KERNEL(votes);

// Warp 0: 32 rows of 8 bf16, x[8 r + c] of them in row r, as ldmatrix deals them out; both ways.
KERNEL matrix_loads(ARGUMENTS) {
  __shared__ __align__(16) bf16 rows[32][8];
  const int t = threadIdx.x;
  rows[t / 8][t % 8] = f2bf(x[t]);
  __syncthreads();
  if (t < 32) {
    uint32_t r[4];
    for (int transposed = 0; transposed < 2; transposed++) {
      if (transposed == 0) {
        load_matrices(r, rows[t]);
      } else {
        load_matrices_transposed(r, rows[t]);
      }
      for (int m = 0; m < 4; m++) {
        float* pair = y + transposed * n + 8 * t + 2 * m;
        pair[0] = bf2f(bf16{uint16_t(r[m])});
        pair[1] = bf2f(bf16{uint16_t(r[m] >> 16)});
      }
    }
  }
}
REGISTER_KERNEL(matrix_loads);

// Warp 0: D[16, 8] = 1 + A B, A[i][k] = x[16 i + k], B[k][j] = x[8 k + j].
KERNEL matrix_product(ARGUMENTS) {
  const int t = threadIdx.x;
  if (t >= 32) {
    return;
  }
  const int group = t / 4, pair = t % 4 * 2;
  auto both = [](float low, float high) {
    return uint32_t(f2bf(low).bits) | uint32_t(f2bf(high).bits) << 16;
  };
  uint32_t a[4], b[2];
  for (int i = 0; i < 4; i++) {
    const float* p = x + 16 * (group + i % 2 * 8) + pair + i / 2 * 8;
    a[i] = both(p[0], p[1]);
  }
  for (int i = 0; i < 2; i++) {
    const float* p = x + 8 * (pair + 8 * i) + group;
    b[i] = both(p[0], p[8]);
  }
  float d[4] = {1, 1, 1, 1};
  multiply_add(d, a, b);
  for (int i = 0; i < 4; i++) {
    y[8 * (group + i / 2 * 8) + pair + i % 2] = d[i];
  }
}
REGISTER_KERNEL(matrix_product);

// y = x, through shared memory, in copies of 4, 8 and 16 bytes.
KERNEL copies(ARGUMENTS) {
  __shared__ __align__(16) float s[256];
  const int t = threadIdx.x;
  if (t < 64) {
    copy_async<4>(s + t, x + t);
  } else if (t < 96) {
    copy_async<8>(s + 64 + 2 * (t - 64), x + 64 + 2 * (t - 64));
  } else if (t < 128) {
    copy_async<16>(s + 128 + 4 * (t - 96), x + 128 + 4 * (t - 96));
  }
  copy_async_commit();
  copy_async_wait<0>();
  __syncthreads();
  y[t] = s[t];
}
REGISTER_KERNEL(copies);

// Integer atomics, whose results do not depend on the order.
KERNEL atomics(ARGUMENTS) {
  __shared__ int sum, largest, smallest, bits;
  __shared__ unsigned tickets[256];
  __shared__ unsigned next;
  const int t = threadIdx.x;
  if (t == 0) {
    sum = 0;
    largest = -1;
    smallest = n;
    bits = 0;
    next = 0;
  }
  tickets[t] = 0;
  __syncthreads();
  atomicAdd(&sum, int(x[t]));
  atomicMax(&largest, int(x[t]));
  atomicMin(&smallest, int(x[t]));
  atomicOr(&bits, 1 << t % 5);
  atomicAdd(&tickets[atomicAdd(&next, 1u)], 1u);
  __syncthreads();
  y[t] = float(tickets[t]);
  if (t == 0) {
    y[n] = float(sum);
    y[n + 1] = float(largest);
    y[n + 2] = float(smallest);
    y[n + 3] = float(bits);
  }
}
REGISTER_KERNEL(atomics);
