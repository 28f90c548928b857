// Matrix products in float32, three sizes of tile: see matmul.cuh. Which one is a question of how many
// blocks there are for how many multiprocessors; the bits are the same.
#include "matmul.cuh"

MATMUL_KERNEL(matmul_128, float, 128, 128, 32, 64)
MATMUL_KERNEL(matmul_64, float, 64, 64, 32, 32)
MATMUL_KERNEL(matmul_32, float, 32, 32, 16, 32)
