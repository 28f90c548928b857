// Attention for many queries, for heads of up to 64, 128 and 256 values: see attention_forward.cuh.
#include "attention_forward.cuh"

#define ATTENTION_KERNEL(D)                                                               \
  KERNEL __launch_bounds__(ATTENTION_THREADS, 1) attention_##D(                           \
      AttentionShape s, const float* __restrict__ q, const float* __restrict__ k,         \
      const float* __restrict__ v, const unsigned char* __restrict__ mask,                \
      const float* __restrict__ bias, float* __restrict__ out, float* __restrict__ lse) { \
    attend<D>(s, q, k, v, mask, bias, out, lse);                                          \
  }                                                                                       \
  REGISTER_KERNEL(attention_##D);

ATTENTION_KERNEL(64)
ATTENTION_KERNEL(128)
ATTENTION_KERNEL(256)

// The scores themselves, [batch, heads, queries, keys], for those who want to look at the weights.
// A thread a score; -inf where a query does not see a key.
KERNEL attention_scores(AttentionShape s, const float* __restrict__ q, const float* __restrict__ k,
                        const unsigned char* __restrict__ mask, const float* __restrict__ bias,
                        float* __restrict__ scores, long long size) {
  const long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= size) return;
  const int key = (int)(i % s.keys);
  const int query = (int)(i / s.keys % s.queries);
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
REGISTER_KERNEL(attention_scores);
