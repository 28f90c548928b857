// Attention for many queries: out = softmax(scale q k^T + bias, masked) v, scores never stored
// (Dao et al. 2022, in float32).
//
//              K, V [keys, d]        A block of 128 threads takes BQ queries of one head and walks
//             +--------------+       the keys in blocks of KEY_BLOCK:
//   Q [BQ,d]  |  KEY_BLOCK   |         S = Q K^T          in registers, BQ / 16 x 8 a thread
//   +-----+   +--------------+         P = exp(S - max)   to shared memory, a row within a warp
//   |     |-> |     ...      |         o = P V            in registers, from zero
//   +-----+   +--------------+         merged into the running out, largest score and sum
//
// A block of keys is staged KS rows at a time, K and V through the same memory. Causal blocks stop
// at the last key that a query of theirs sees, and are started longest first.
//
// Arithmetic: 4 d operations a score, two exponentials a row and block. Shared memory: 12 quads for
// 128 multiply-adds (4 rows x 8 keys x 4 values), in the score product and in the value product.
// Global traffic: K and V once for each BQ queries: BQ operations a value, far above any roofline's
// ridge; shared memory and the multiply-adds are the bound.
#pragma once
#include "attention.cuh"

template <int D>
struct ForwardTile {
  static constexpr int BQ = D <= 128 ? 64 : 32;
  static constexpr int KS = D == 64 ? KEY_BLOCK : KEY_BLOCK / 2;
  static constexpr int ROW = D + TILE_GAP, P_ROW = KEY_BLOCK + TILE_GAP;
};

// Makes scores of a thread's dot products where there is a mask or a bias: by way of shared memory
// (`room`, the thread's own places among the weights), so that the addresses are worked out in a loop
// and not 32 times over in the code.
template <int D, int ROWS, int KEYS>
DEV void mask_and_bias(const AttentionShape& s, const unsigned char* __restrict__ mask,
                       const float* __restrict__ bias, int query, int key, float* room,
                       float (&dots)[ROWS][KEYS]) {
  constexpr int PITCH = ForwardTile<D>::P_ROW;
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
#pragma unroll
    for (int i = 0; i < KEYS; i++) room[r * PITCH + TX * i] = dots[r][i];
  }
  const int first_key = key + threadIdx.x % TX;
#pragma unroll 1
  for (int at = 0; at < ROWS * KEYS; at++) {
    const int r = at / KEYS, i = at % KEYS;
    float* dot = room + r * PITCH + TX * i;
    if (query + r < s.queries && first_key + TX * i < s.keys) {
      *dot = score(s, *dot, mask, bias, query + r, first_key + TX * i);
    }
  }
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
#pragma unroll
    for (int i = 0; i < KEYS; i++) dots[r][i] = room[r * PITCH + TX * i];
  }
}

template <int D>
DEV void attend(const AttentionShape& s, const float* __restrict__ q, const float* __restrict__ k,
                const float* __restrict__ v, const unsigned char* __restrict__ mask,
                const float* __restrict__ bias, float* __restrict__ out, float* __restrict__ lse) {
  using T = ForwardTile<D>;
  constexpr int ROWS = T::BQ / TY, COLUMNS = D / TX, KEYS = KEY_BLOCK / TX;
  DYN_SHARED(float, pool);
  float* queries = pool;                     // [BQ, D]
  float* staged = queries + T::BQ * T::ROW;  // [KS, D]: K, then V
  float* weights = staged + T::KS * T::ROW;  // [BQ, KEY_BLOCK]

  const unsigned heads = s.batch * s.heads;
  const Head head = head_of(s, blockIdx.x % heads);
  const int tiles = (s.queries + T::BQ - 1) / T::BQ;
  const int first = (tiles - 1 - (int)(blockIdx.x / heads)) * T::BQ;  // the longest first
  const int tx = threadIdx.x % TX, own = threadIdx.x / TX * ROWS;     // first of this thread's rows
  q += start(s.q, head) + first * s.q[2];
  k += start(s.k, head);
  v += start(s.v, head);
  mask = mask == nullptr ? mask : mask + start(s.mask, head);
  bias = bias == nullptr ? bias : bias + start(s.bias, head);

  load_rows<T::BQ, D>(queries, q, s.q[2], s.queries - first, s.head_dim, s.aligned);
  float largest[ROWS], sum[ROWS], result[ROWS][COLUMNS] = {};
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    largest[r] = -INFINITY;
    sum[r] = 0.0f;
  }
  const int seen = visible(s, min(first + T::BQ, s.queries) - 1);
  for (int block = 0; block < seen; block += KEY_BLOCK) {
    float dots[ROWS][KEYS] = {};
#pragma unroll
    for (int part = 0; part < KEY_BLOCK / T::KS; part++) {
      const int key = block + part * T::KS;
      __syncthreads();  // the values before are used up
      load_rows<T::KS, D>(staged, k + key * s.k[2], s.k[2], s.keys - key, s.head_dim, s.aligned);
      __syncthreads();
      if (part == 0) {
        dot_tile<ROWS, T::KS / TX, D, 0>(dots, queries, staged, own, tx);
      } else {
        dot_tile<ROWS, T::KS / TX, D, KEYS - T::KS / TX>(dots, queries, staged, own, tx);
      }
    }

    int limit[ROWS];  // keys of this block that the row sees
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      const int query = first + own + r;
      limit[r] = query < s.queries ? visible(s, query) - block : 0;
    }
    if (mask == nullptr && bias == nullptr) {
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
#pragma unroll
        for (int i = 0; i < KEYS; i++) dots[r][i] *= s.scale;
      }
    } else {
      mask_and_bias<D>(s, mask, bias, first + own, block, weights + own * T::P_ROW + tx, dots);
    }

    float block_largest[ROWS], block_sum[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      block_largest[r] = -INFINITY;
#pragma unroll
      for (int i = 0; i < KEYS; i++) {
        if (tx + TX * i >= limit[r]) dots[r][i] = -INFINITY;
        block_largest[r] = fmaxf(block_largest[r], dots[r][i]);
      }
      block_largest[r] = lanes_max<TX>(block_largest[r]);
      block_sum[r] = 0.0f;
#pragma unroll
      for (int i = 0; i < KEYS; i++) {
        const float p = exp_below(dots[r][i], block_largest[r]);
        block_sum[r] += p;
        weights[(own + r) * T::P_ROW + tx + TX * i] = p;
      }
      block_sum[r] = lanes_sum<TX>(block_sum[r]);
    }

    float values[ROWS][COLUMNS] = {};
#pragma unroll 1
    for (int part = 0; part < KEY_BLOCK / T::KS; part++) {
      const int key = block + part * T::KS;
      __syncthreads();  // the keys, or the values before, are used up; the weights are there
      load_rows<T::KS, D>(staged, v + key * s.v[2], s.v[2], s.keys - key, s.head_dim, s.aligned);
      __syncthreads();
      if (visible(s, first) >= block + KEY_BLOCK) {
        add_weighted_rows<ROWS, T::KS, D, false>(values, weights, T::P_ROW, part * T::KS, staged,
                                                 own, tx, limit);
      } else {
        add_weighted_rows<ROWS, T::KS, D, true>(values, weights, T::P_ROW, part * T::KS, staged,
                                                own, tx, limit);
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      const Merged factors = merge_block(largest[r], sum[r], block_largest[r], block_sum[r]);
#pragma unroll
      for (int c = 0; c < COLUMNS; c++)
        result[r][c] = merge_value(result[r][c], values[r][c], factors);
    }
  }

  out += start(s.out, head);
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    const int query = first + own + r;
    if (query >= s.queries) continue;
    float* row = out + query * s.out[2];
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) {
      const int column = c / 4 * 4 * TX + 4 * tx + c % 4;
      if (column < s.head_dim) row[column] = result[r][c] / sum[r];
    }
    if (lse != nullptr && tx == 0) {
      lse[((long long)head.batch * s.heads + head.head) * s.queries + query] =
          largest[r] + logf(sum[r]);
    }
  }
}
