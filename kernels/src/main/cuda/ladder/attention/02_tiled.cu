// Step 2: tiles in shared memory, and scores computed twice instead of stored.
//
//            K, V  +--------+      A block of 16 x 16 threads takes 16 queries of a head.
//                  |   16   |      First walk over the keys:  the scores, for the largest score and
//                  +--------+                                 the sum of exponentials of each query.
//   Q +------+     +--------+      Second walk:               the scores again, now as weights, and
//     |  16  |     |  S, P  |                                 with them the weighted sum of V.
//     +------+     +--------+
//
// One kernel, and no score ever reaches global memory: the memory for them is gone, and their traffic.
// K is read twice and V once for 16 queries. 6 d operations a score instead of 4 d.
//
// Expected (not measured): several times step 1 for long sequences, in spite of the half more
// arithmetic. Of a score product a thread computes one element: two loads from shared memory for a
// multiply-add, as in step 3 of the matmul ladder.
#include "attention.cuh"

constexpr int SIDE = 16;
constexpr int LONGEST_HEAD = 128;
constexpr int ROW = LONGEST_HEAD + 1;  // odd: a column lies in different banks

DEV void load_side(float (&tile)[SIDE][ROW], const float* from, long long token, int rows,
                   int head_dim) {
  for (int d = threadIdx.x; d < head_dim; d += SIDE) {
    tile[threadIdx.y][d] = (int)threadIdx.y < rows ? from[threadIdx.y * token + d] : 0.0f;
  }
}

KERNEL attention_02_tiled(AttentionShape s, const float* __restrict__ q,
                          const float* __restrict__ k, const float* __restrict__ v,
                          const unsigned char* __restrict__ mask, const float* __restrict__ bias,
                          float* __restrict__ out, float* __restrict__ lse) {
  __shared__ float queries[SIDE][ROW], keys[SIDE][ROW], weights[SIDE][SIDE];
  const int tiles = (s.queries + SIDE - 1) / SIDE;
  const int first = blockIdx.x % tiles * SIDE;
  const Head head = head_of(s, blockIdx.x / tiles);
  const int query = first + threadIdx.y;
  const int seen = query < s.queries ? visible(s, query) : 0;
  const int last = visible(s, min(first + SIDE, s.queries) - 1);
  q += start(s.q, head) + first * s.q[2];
  k += start(s.k, head);
  v += start(s.v, head);
  mask = mask == nullptr ? mask : mask + start(s.mask, head);
  bias = bias == nullptr ? bias : bias + start(s.bias, head);
  load_side(queries, q, s.q[2], s.queries - first, s.head_dim);

  // The score of this thread's query with its key of a tile.
  auto tile_score = [&](int block) {
    __syncthreads();
    load_side(keys, k + block * s.k[2], s.k[2], s.keys - block, s.head_dim);
    __syncthreads();
    const int key = block + threadIdx.x;
    if (key >= seen) return -INFINITY;
    float dot = 0.0f;
    for (int d = 0; d < s.head_dim; d++) {
      dot = fmaf(queries[threadIdx.y][d], keys[threadIdx.x][d], dot);
    }
    return score(s, dot, mask, bias, query, key);
  };

  float largest = -INFINITY, sum = 0.0f;
  for (int block = 0; block < last; block += SIDE) {
    const float value = tile_score(block);
    const float larger = fmaxf(largest, lanes_max<SIDE>(value));
    sum = sum * rescale(largest, larger) + lanes_sum<SIDE>(exp_below(value, larger));
    largest = larger;
  }
  float result[LONGEST_HEAD / SIDE] = {};
  for (int block = 0; block < last; block += SIDE) {
    weights[threadIdx.y][threadIdx.x] = exp_below(tile_score(block), largest) / sum;
    __syncthreads();
    load_side(keys, v + block * s.v[2], s.v[2], s.keys - block, s.head_dim);
    __syncthreads();
    for (int j = 0; j < min(SIDE, seen - block); j++) {
#pragma unroll
      for (int c = 0; c < LONGEST_HEAD / SIDE; c++) {
        const int column = threadIdx.x + c * SIDE;
        if (column < s.head_dim) {
          result[c] = fmaf(weights[threadIdx.y][j], keys[j][column], result[c]);
        }
      }
    }
  }
  if (query >= s.queries) return;
  out += start(s.out, head) + query * s.out[2];
#pragma unroll
  for (int c = 0; c < LONGEST_HEAD / SIDE; c++) {
    const int column = threadIdx.x + c * SIDE;
    if (column < s.head_dim) out[column] = seen == 0 ? NAN : result[c];
  }
  if (lse != nullptr && threadIdx.x == 0) {
    lse[((long long)head.batch * s.heads + head.head) * s.queries + query] = largest + logf(sum);
  }
}
REGISTER_KERNEL(attention_02_tiled);
