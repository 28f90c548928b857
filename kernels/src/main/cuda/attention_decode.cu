// Attention for a few queries against many keys: generation with a cache of keys and values.
//
//   query ---+--- keys   0 ..  63   warp 0    each warp: its block's scores, weights and value sum,
//            +--- keys  64 .. 127   warp 1    as attention.cu computes them for a row of a tile
//            +--- ...
//            +--> merged in ascending order
//
// Every element of K and V is read once for two multiply-adds, so bandwidth is the bound, and what
// counts is to have enough warps reading: a block a query and head where there are many of these or
// few keys, else the blocks of keys are spread over blocks of threads, which leave partial results,
// and a second kernel merges them. Both ways, and attention.cu, sum in the same order: a dot product
// in ascending columns; weights by key % 8, then over eight lanes; values in ascending keys; blocks
// in ascending order. The bits are the same.
//
// In a step of generation the number of keys stands in device memory (`last`, the number of the last
// key), so that a recorded step can be replayed; grid and partial results are then for the most keys
// there may be, and what lies past the last key is left out.
#include "attention.cuh"

constexpr int DECODE_WARPS = 8;  // as in CudaAttention.java
constexpr int DECODE_THREADS = DECODE_WARPS * WARP;
constexpr int MOST_HEAD_DIM = 256;

DEV int keys_of(const AttentionShape& s, const int* last) {
  return last == nullptr ? s.keys : *last + 1;
}

// How many of `keys`, from key 0 on, a query may see.
DEV int visible_of(const AttentionShape& s, int keys, int query) {
  return s.causal ? max(0, min(keys, keys - s.queries + query + 1)) : keys;
}

// What one block of keys brings to a query; laid out as [DECODE_WARPS] in shared memory, and as
// [query, block, head_dim + 2] in global memory.
struct BlockResult {
  float largest, sum;
};

// One warp's block of keys, of which `seen` are seen. `query` is the query's row in shared memory,
// `weights` room for KEY_BLOCK values; COLUMNS * WARP covers head_dim.
template <int COLUMNS>
DEV BlockResult decode_block(const AttentionShape& s, const float* query,
                             const float* __restrict__ k, const float* __restrict__ v,
                             const unsigned char* __restrict__ mask, const float* __restrict__ bias,
                             int query_index, int block, int seen, float* weights,
                             float (&values)[COLUMNS]) {
  const int lane = threadIdx.x % WARP;
  float scores[KEY_BLOCK / WARP], largest = -INFINITY;
#pragma unroll
  for (int u = 0; u < KEY_BLOCK / WARP; u++) {
    const int key = lane + u * WARP;
    scores[u] = -INFINITY;
    if (key < seen) {
      // A lane a key: its row is walked in quads, and a 128-byte line serves the next seven from L1.
      const float* row = k + (long long)(block + key) * s.k[2];
      float dot = 0.0f;
#pragma unroll 4
      for (int d = 0; d < s.head_dim; d += 4) {
        dot = dot4(quad_at(query + d), load4(row + d, s.head_dim - d, s.aligned), dot);
      }
      scores[u] = score(s, dot, mask, bias, query_index, block + key);
    }
    largest = fmaxf(largest, scores[u]);
  }
  largest = lanes_max(largest);
#pragma unroll
  for (int u = 0; u < KEY_BLOCK / WARP; u++) {
    weights[lane + u * WARP] = exp_below(scores[u], largest);
  }
  __syncwarp();
  float sum = 0.0f;
#pragma unroll
  for (int i = 0; i < KEY_BLOCK / TX; i++) sum += weights[lane % TX + TX * i];
  sum = lanes_sum<TX>(sum);

#pragma unroll
  for (int c = 0; c < COLUMNS; c++) values[c] = 0.0f;
#pragma unroll 8
  for (int j = 0; j < seen; j++) {
    const float* row = v + (long long)(block + j) * s.v[2];
    const float weight = weights[j];
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) {
      const int column = lane + c * WARP;
      if (column < s.head_dim) values[c] = fmaf(weight, row[column], values[c]);
    }
  }
  return BlockResult{largest, sum};
}

// Grid: queries of all heads, times `splits`. With one split a block goes through all keys in rounds
// and writes out; else each warp has one block of keys and writes to partial.
template <int COLUMNS>
DEV void decode(const AttentionShape& s, const float* __restrict__ q, const float* __restrict__ k,
                const float* __restrict__ v, const int* __restrict__ last,
                const unsigned char* __restrict__ mask, const float* __restrict__ bias,
                float* __restrict__ out, float* __restrict__ lse, float* __restrict__ partial,
                int splits) {
  __align__(16) __shared__ float query[MOST_HEAD_DIM];
  __shared__ float weights[DECODE_WARPS][KEY_BLOCK];
  __shared__ float merged[DECODE_WARPS][COLUMNS * WARP];
  __shared__ BlockResult results[DECODE_WARPS];
  const unsigned line = blockIdx.x / splits;  // of [batch, heads, queries]
  const int index = line % s.queries;
  const Head head = head_of(s, line / s.queries);
  const int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
  const int own = threadIdx.x;  // column that this thread merges
  q += start(s.q, head) + index * s.q[2];
  k += start(s.k, head);
  v += start(s.v, head);
  mask = mask == nullptr ? mask : mask + start(s.mask, head);
  bias = bias == nullptr ? bias : bias + start(s.bias, head);
  if (own < MOST_HEAD_DIM) query[own] = own < s.head_dim ? q[own] : 0.0f;
  __syncthreads();

  const int keys = keys_of(s, last);
  const int seen = visible_of(s, keys, index);
  const int blocks = (keys + KEY_BLOCK - 1) / KEY_BLOCK;
  float largest = -INFINITY, sum = 0.0f, result = 0.0f;
  for (int first = blockIdx.x % splits * DECODE_WARPS; first * KEY_BLOCK < seen;
       first += splits * DECODE_WARPS) {
    const int block = (first + warp) * KEY_BLOCK;
    if (block < seen) {
      float values[COLUMNS];
      const BlockResult r =
          decode_block<COLUMNS>(s, query, k, v, mask, bias, index, block,
                                min(KEY_BLOCK, seen - block), weights[warp], values);
      float* to = merged[warp];
      if (partial != nullptr) {
        to = partial + ((long long)line * blocks + first + warp) * (s.head_dim + 2);
        if (lane == 0) {
          to[s.head_dim] = r.largest;
          to[s.head_dim + 1] = r.sum;
        }
      } else if (lane == 0) {
        results[warp] = r;
      }
#pragma unroll
      for (int c = 0; c < COLUMNS; c++) {
        const int column = lane + c * WARP;
        if (column < s.head_dim) to[column] = values[c];
      }
    }
    if (partial != nullptr) continue;
    __syncthreads();
    if (own < s.head_dim) {
      for (int w = 0; w < DECODE_WARPS && (first + w) * KEY_BLOCK < seen; w++) {
        const Merged factors = merge_block(largest, sum, results[w].largest, results[w].sum);
        result = merge_value(result, merged[w][own], factors);
      }
    }
    __syncthreads();
  }
  if (partial == nullptr && own < s.head_dim) {
    out[start(s.out, head) + index * s.out[2] + own] = result / sum;
    if (lse != nullptr && own == 0) lse[line] = largest + logf(sum);
  }
}

#define DECODE_KERNEL(name, COLUMNS)                                                    \
  KERNEL __launch_bounds__(DECODE_THREADS, 1) name(                                     \
      AttentionShape s, const float* __restrict__ q, const float* __restrict__ k,       \
      const float* __restrict__ v, const int* __restrict__ last,                        \
      const unsigned char* __restrict__ mask, const float* __restrict__ bias,           \
      float* __restrict__ out, float* __restrict__ lse, float* __restrict__ partial,    \
      int splits) {                                                                     \
    decode<COLUMNS>(s, q, k, v, last, mask, bias, out, lse, partial, splits);           \
  }                                                                                     \
  REGISTER_KERNEL(name);

DECODE_KERNEL(attention_decode_64, 2)
DECODE_KERNEL(attention_decode_128, 4)
DECODE_KERNEL(attention_decode_256, 8)

// Merges the partial results of one query and head, one block of threads each, a thread a column.
KERNEL attention_merge(AttentionShape s, const int* __restrict__ last,
                       const float* __restrict__ partial, float* __restrict__ out,
                       float* __restrict__ lse) {
  const unsigned line = blockIdx.x;
  const int index = line % s.queries, column = threadIdx.x;
  if (column >= s.head_dim) return;
  const Head head = head_of(s, line / s.queries);
  const int keys = keys_of(s, last);
  const int blocks = (keys + KEY_BLOCK - 1) / KEY_BLOCK;
  const int seen = (visible_of(s, keys, index) + KEY_BLOCK - 1) / KEY_BLOCK;
  float largest = -INFINITY, sum = 0.0f, result = 0.0f;
  for (int block = 0; block < seen; block++) {
    const float* from = partial + ((long long)line * blocks + block) * (s.head_dim + 2);
    const Merged factors = merge_block(largest, sum, from[s.head_dim], from[s.head_dim + 1]);
    result = merge_value(result, from[column], factors);
  }
  out[start(s.out, head) + index * s.out[2] + column] = result / sum;
  if (lse != nullptr && column == 0) lse[line] = largest + logf(sum);
}
REGISTER_KERNEL(attention_merge);

// Puts a new key and value of each head at the position *filled of a cache, whose strides are s.k and
// s.v. A thread a value, neighbours in a row.
KERNEL attention_append(AttentionShape s, long long new_batch, long long new_head,
                        const float* __restrict__ new_keys, const float* __restrict__ new_values,
                        float* __restrict__ keys, float* __restrict__ values,
                        const int* __restrict__ filled, long long size) {
  const long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  if (i >= size) return;
  const int column = i % s.head_dim;
  const Head head = head_of(s, i / s.head_dim);
  const long long from = head.batch * new_batch + head.head * new_head + column;
  keys[start(s.k, head) + *filled * s.k[2] + column] = new_keys[from];
  values[start(s.v, head) + *filled * s.v[2] + column] = new_values[from];
}
REGISTER_KERNEL(attention_append);
