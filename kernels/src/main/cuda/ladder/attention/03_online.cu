// Step 3: the product kernel. One walk over the keys (Dao et al. 2022).
//
//   block of 64 keys:   S -> its own largest score, P, sum, o = P V
//   merge:              max' = larger of both
//                       sum  = sum exp(max - max') + block sum exp(block max - max')
//                       out  = out exp(max - max') + o exp(block max - max')
//
// What step 3 of the softmax ladder does for a sum, it also does for the weighted sum of V: the
// result so far is scaled when a larger score comes. So the scores are computed once, and K and V are
// read once for 64 queries. And a thread computes 4 x 8 scores, and 4 x d / 8 results, in registers: 12
// loads of quads for 128 multiply-adds.
//
// This is the code that the engine runs (attention_forward.cuh), included and not copied, under a
// name of its own, for heads of up to 64 values.
//
// Expected (not measured): 4 d operations a score at most of the speed of the matmul product kernel
// with tiles of this size, for a multiple of step 2.
#include "attention_forward.cuh"

KERNEL __launch_bounds__(ATTENTION_THREADS, 1) attention_03_online(
    AttentionShape s, const float* __restrict__ q, const float* __restrict__ k,
    const float* __restrict__ v, const unsigned char* __restrict__ mask,
    const float* __restrict__ bias, float* __restrict__ out, float* __restrict__ lse) {
  attend<64>(s, q, k, v, mask, bias, out, lse);
}
REGISTER_KERNEL(attention_03_online);
