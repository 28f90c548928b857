// Matrix products whose B is stored in bfloat16 or float16: values are widened between registers and
// shared memory, so the arithmetic, and the bits, are those of the float32 product with the same
// values. See matmul.cuh.
#include "matmul.cuh"

MATMUL_KERNEL(matmul_bf16_128, bf16, 128, 128, 32, 64)
MATMUL_KERNEL(matmul_bf16_64, bf16, 64, 64, 32, 32)
MATMUL_KERNEL(matmul_bf16_32, bf16, 32, 32, 16, 32)
MATMUL_KERNEL(matmul_f16_128, f16, 128, 128, 32, 64)
MATMUL_KERNEL(matmul_f16_64, f16, 64, 64, 32, 32)
MATMUL_KERNEL(matmul_f16_32, f16, 32, 32, 16, 32)
