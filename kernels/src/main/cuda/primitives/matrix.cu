// Tensor cores: ldmatrix and mma in every shape of tensor_core.cuh.
#include "primitive.cuh"
#include "tensor_core.cuh"

template <int N>
DEV void load_both(const void* row, uint32_t* __restrict__ out) {
  uint32_t r[N];
  load_matrices(r, row);
  for (int m = 0; m < N; m++) {
    out[m * 32] = r[m];
  }
  load_matrices_transposed(r, row);
  for (int m = 0; m < N; m++) {
    out[(N + m) * 32] = r[m];
  }
}

// 32 threads: 1, 2 and 4 matrices, straight and transposed. Row i of the 32 is the input's words 4 i to
// 4 i + 3, and lies at row 7 i % 32 of shared memory.
PRIMITIVE(ldmatrix) {
  __shared__ __align__(16) uint32_t rows[32][4];
  const int t = threadIdx.x;
  for (int i = 0; i < 4; i++) {
    rows[7 * t % 32][i] = in[4 * t + i];
  }
  __syncwarp();
  const uint32_t* row = rows[7 * t % 32];
  load_both<1>(row, out + t);
  load_both<2>(row, out + 64 + t);
  load_both<4>(row, out + 192 + t);
}
REGISTER_KERNEL(primitive_ldmatrix);

// Blocks of 32 threads, a product each. The input has the registers as they are given to mma: a, then b,
// then the accumulators, 32 lanes of each.
#define PRODUCT(name, function, HALVES)                            \
  PRIMITIVE(name) {                                                \
    uint32_t a[2 * HALVES], b[HALVES];                             \
    float d[4];                                                    \
    in += blockIdx.x * 32 * (3 * HALVES + 4) + threadIdx.x;        \
    out += blockIdx.x * 128 + threadIdx.x;                         \
    for (int i = 0; i < 2 * HALVES; i++) {                         \
      a[i] = in[32 * i];                                           \
    }                                                              \
    for (int i = 0; i < HALVES; i++) {                             \
      b[i] = in[32 * (2 * HALVES + i)];                            \
    }                                                              \
    for (int i = 0; i < 4; i++) {                                  \
      d[i] = __uint_as_float(in[32 * (3 * HALVES + i)]);           \
    }                                                              \
    function(d, a, b);                                             \
    for (int i = 0; i < 4; i++) {                                  \
      out[32 * i] = __float_as_uint(d[i]);                         \
    }                                                              \
  }                                                                \
  REGISTER_KERNEL(primitive_##name)

PRODUCT(mma_bf16_k16, multiply_add, 2);
PRODUCT(mma_bf16_k8, multiply_add, 1);
PRODUCT(mma_f16_k16, multiply_add_f16, 2);
PRODUCT(mma_f16_k8, multiply_add_f16, 1);
PRODUCT(mma_tf32_k8, multiply_add_tf32, 2);
PRODUCT(mma_tf32_k4, multiply_add_tf32, 1);
