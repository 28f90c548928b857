// Step 4: the product kernel for long rows. Four values an instruction, a block a row.
//
//   address % 16:   4  8  12 | 0 ......... 12 | 0 ......... 12 | 0  4
//                   single     one 16-byte load each             single
//
// Rows of any length start anywhere, so single values up to the first 16-byte boundary are taken
// apart; in between a lane loads four values at once (vec.cuh): a quarter of the load instructions,
// and four exponentials for each time the maximum may change. A row is shared by a block, so that
// a few long rows still fill the device.
//
// This is the code that the engine runs (softmax.cuh), included and not copied, under a name of its
// own. Rows of up to 1024 values it leaves to a warp each.
//
// Expected (not measured): 85 % of the bandwidth of a copy for rows of 4096 and more.
#include "softmax.cuh"

KERNEL __launch_bounds__(SOFTMAX_THREADS) softmax_04_vectorised(const float* x, float* y, int n) {
  line_in_block<SoftmaxOf>(x, nullptr, y, n);
}
REGISTER_KERNEL(softmax_04_vectorised);
