// Step 1: three kernels, as the formula says.
//
//   S = scale Q K^T + bias     [queries, keys], written to global memory
//   P = softmax(S)             read and written
//   out = P V                  read
//
// A thread an element in the first and last, a warp a row in the second. The scores of a head are
// queries x keys values: written once, read and written once, read once more, 16 bytes a score for 4 d
// operations, beside K and V, which every query reads again (from L2, at best).
//
// Expected (not measured): memory for the scores grows with the square of the length, 4 GiB for 32
// heads of 5800 tokens; time is the traffic of the scores and the uncoalesced walks along rows of K.
#include "attention.cuh"

KERNEL attention_01_scores(AttentionShape s, const float* __restrict__ q,
                           const float* __restrict__ k, const unsigned char* __restrict__ mask,
                           const float* __restrict__ bias, float* __restrict__ scores,
                           long long size) {
  const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= size) return;
  const int key = (int)(i % s.keys), query = (int)(i / s.keys % s.queries);
  const Head head = head_of(s, (unsigned)(i / s.keys / s.queries));
  float value = -INFINITY;
  if (key < visible(s, query)) {
    const float* left = q + start(s.q, head) + query * s.q[2];
    const float* right = k + start(s.k, head) + key * s.k[2];
    float dot = 0.0f;
    for (int d = 0; d < s.head_dim; d++) dot = fmaf(left[d], right[d], dot);
    value = score(s, dot, mask == nullptr ? mask : mask + start(s.mask, head),
                  bias == nullptr ? bias : bias + start(s.bias, head), query, key);
  }
  scores[i] = value;
}
REGISTER_KERNEL(attention_01_scores);

KERNEL attention_01_softmax(AttentionShape s, float* __restrict__ scores, float* __restrict__ lse,
                            long long lines) {
  const int lane = threadIdx.x % WARP;
  const long long line = (long long)blockIdx.x * (blockDim.x / WARP) + threadIdx.x / WARP;
  if (line >= lines) return;  // the whole warp
  scores += line * s.keys;
  float largest = -INFINITY;
  for (int j = lane; j < s.keys; j += WARP) largest = fmaxf(largest, scores[j]);
  largest = lanes_max(largest);
  float sum = 0.0f;
  for (int j = lane; j < s.keys; j += WARP) sum += exp_below(scores[j], largest);
  sum = lanes_sum(sum);
  for (int j = lane; j < s.keys; j += WARP) scores[j] = exp_below(scores[j], largest) / sum;
  if (lane == 0 && lse != nullptr) lse[line] = largest + logf(sum);
}
REGISTER_KERNEL(attention_01_softmax);

KERNEL attention_01_values(AttentionShape s, const float* __restrict__ weights,
                           const float* __restrict__ v, float* __restrict__ out, long long size) {
  const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= size) return;
  const int column = (int)(i % s.head_dim);
  const long long line = i / s.head_dim;
  const int query = (int)(line % s.queries);
  const Head head = head_of(s, (unsigned)(line / s.queries));
  const int seen = visible(s, query);
  float sum = seen == 0 ? NAN : 0.0f;
  for (int j = 0; j < seen; j++) {
    sum = fmaf(weights[line * s.keys + j], v[start(s.v, head) + j * s.v[2] + column], sum);
  }
  out[start(s.out, head) + query * s.out[2] + column] = sum;
}
REGISTER_KERNEL(attention_01_values);
