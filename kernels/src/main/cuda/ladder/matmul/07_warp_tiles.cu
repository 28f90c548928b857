// Step 7: the product kernel. Tiles within tiles, and two stages.
//
//   block 128 x 128                     Three things change:
//   +-------+-------+   warp 32 x 64    - A warp owns a square of C, not a strip, and its lanes the
//   | warp  | warp  |                     quads of that: it reads 4 quads of A and 8 of B a time,
//   +-------+-------+   lanes 4 x 8:      side by side, without bank conflicts.
//   |  ...  |  ...  |   2 x 2 quads     - While a step is multiplied, the next one is on its way:
//   +-------+-------+   each              shared memory holds two, and there is one barrier a step
//                                         instead of two.
//                                       - The result is turned through shared memory and stored in
//                                         whole lines.
//
// This is the code that the engine runs (matmul.cuh), included and not copied, under a name of its
// own.
//
// Expected (not measured): the wait for global memory goes, which is what step 6 spends most of its
// time on; the goal is 90 % of cuBLAS in float32 for large squares.
#include "matmul.cuh"

MATMUL_KERNEL(matmul_07_warp_tiles, float, 128, 128, 32, 64)
