// What the kernels of scaled dot-product attention share: the shape, which keys a query sees, how a
// dot product becomes a score, and tiles of rows in shared memory.
//
// Threads of a tile kernel form a grid of 16 by 8: `ty` owns rows of the result, `tx` every eighth
// key of a score tile and quads of columns, 32 apart, of a result. The eight threads of a row are
// neighbours in a warp, so what belongs to a row (its largest score, its sum, its weights) never
// needs a barrier of the whole block.
#pragma once
#include "gpu.h"
#include "online.cuh"
#include "stored.cuh"
#include "warp.cuh"

constexpr int ATTENTION_THREADS = 128;
constexpr int TX = 8;
constexpr int TY = ATTENTION_THREADS / TX;

// Keys are taken in blocks of this many from key 0 on, each block a softmax of its own, and blocks
// are merged in ascending order. That rule, and not the tile that a kernel works on, fixes the bits:
// a query alone against a cache gives those of the same query among others.
constexpr int KEY_BLOCK = 64;

constexpr int TILE_GAP = 4;  // between rows in shared memory: eight rows lie in different banks

// As CudaAttention.java lays it out. Strides in elements; those of mask and bias may be 0.
struct AttentionShape {
  long long q[3], k[3], v[3], out[3];  // batch, head, token
  long long mask[4], bias[4];          // batch, head, query, key
  int batch, heads, queries, keys, head_dim;
  int causal;
  int aligned;  // rows of q, k, v, out start on 16-byte boundaries
  float scale;
};

// One head of one sequence.
struct Head {
  int batch, head;
};

DEV Head head_of(const AttentionShape& s, unsigned index) {
  return Head{(int)(index / s.heads), (int)(index % s.heads)};
}

DEV long long start(const long long (&strides)[3], Head h) {
  return h.batch * strides[0] + h.head * strides[1];
}

DEV long long start(const long long (&strides)[4], Head h) {
  return h.batch * strides[0] + h.head * strides[1];
}

// How many keys, from key 0 on, a query may see.
DEV int visible(const AttentionShape& s, int query) {
  return s.causal ? max(0, min(s.keys, s.keys - s.queries + query + 1)) : s.keys;
}

// The score of a dot product: scaled, biased, -inf where masked. mask and bias point at the head.
DEV float score(const AttentionShape& s, float dot, const unsigned char* __restrict__ mask,
                const float* __restrict__ bias, int query, int key) {
  if (mask != nullptr && mask[query * s.mask[2] + key * s.mask[3]] == 0) return -INFINITY;
  const float added = bias == nullptr ? 0.0f : bias[query * s.bias[2] + key * s.bias[3]];
  return fmaf(s.scale, dot, added);
}

// Loads ROWS rows of a head into a tile [ROWS, D + TILE_GAP], zeros past the rows and the columns
// that there are. `from` points at the first row.
template <int ROWS, int D>
DEV void load_rows(float* __restrict__ tile, const float* __restrict__ from, long long token,
                   int rows, int head_dim, bool aligned) {
  if (aligned && head_dim % 4 == 0) {
#pragma unroll 2
    for (int i = threadIdx.x; i < ROWS * (D / 4); i += ATTENTION_THREADS) {
      const int row = i / (D / 4), column = i % (D / 4) * 4;
      *reinterpret_cast<float4*>(tile + row * (D + TILE_GAP) + column) =
          row < rows && column < head_dim
              ? *reinterpret_cast<const float4*>(from + row * token + column)
              : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
    return;
  }
#pragma unroll 1
  for (int i = threadIdx.x; i < ROWS * D; i += ATTENTION_THREADS) {
    const int row = i / D, column = i % D;
    tile[row * (D + TILE_GAP) + column] =
        row < rows && column < head_dim ? from[row * token + column] : 0.0f;
  }
}

DEV float4 quad_at(const float* p) { return *reinterpret_cast<const float4*>(p); }

DEV float dot4(float4 a, float4 b, float sum) {
  sum = fmaf(a.x, b.x, sum);
  sum = fmaf(a.y, b.y, sum);
  sum = fmaf(a.z, b.z, sum);
  return fmaf(a.w, b.w, sum);
}

// dots[r][i] += row (first_row + r) of `left` . row (tx + TX i) of `right`, in ascending columns.
template <int ROWS, int KEYS, int D, int FIRST, int ALL>
DEV void dot_tile(float (&dots)[ROWS][ALL], const float* left, const float* right, int first_row,
                  int tx) {
#pragma unroll 2
  for (int d = 0; d < D; d += 4) {
    float4 a[ROWS], b[KEYS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) a[r] = quad_at(left + (first_row + r) * (D + TILE_GAP) + d);
#pragma unroll
    for (int i = 0; i < KEYS; i++) b[i] = quad_at(right + (tx + TX * i) * (D + TILE_GAP) + d);
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
#pragma unroll
      for (int i = 0; i < KEYS; i++) dots[r][FIRST + i] = dot4(a[r], b[i], dots[r][FIRST + i]);
    }
  }
}

DEV float lane_of(float4 quad, int i) {
  return i == 0 ? quad.x : i == 1 ? quad.y : i == 2 ? quad.z : quad.w;
}

// sums[r][.] += weights[first_row + r][first_key + j] * rows[j], j ascending over KEYS rows of a tile.
// EDGE leaves out keys from limit[r] on altogether: what stands there may be infinite.
template <int ROWS, int KEYS, int D, bool EDGE>
DEV void add_weighted_rows(float (&sums)[ROWS][D / TX], const float* weights, int pitch,
                           int first_key, const float* rows, int first_row, int tx,
                           const int (&limit)[ROWS]) {
#pragma unroll 1
  for (int j = 0; j < KEYS; j += 4) {
    float4 w[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++)
      w[r] = quad_at(weights + (first_row + r) * pitch + first_key + j);
#pragma unroll
    for (int jj = 0; jj < 4; jj++) {
#pragma unroll
      for (int c = 0; c < D / TX / 4; c++) {
        const float4 x = quad_at(rows + (j + jj) * (D + TILE_GAP) + 4 * tx + 4 * TX * c);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          if (EDGE && first_key + j + jj >= limit[r]) continue;
          const float weight = lane_of(w[r], jj);
          sums[r][4 * c] = fmaf(weight, x.x, sums[r][4 * c]);
          sums[r][4 * c + 1] = fmaf(weight, x.y, sums[r][4 * c + 1]);
          sums[r][4 * c + 2] = fmaf(weight, x.z, sums[r][4 * c + 2]);
          sums[r][4 * c + 3] = fmaf(weight, x.w, sums[r][4 * c + 3]);
        }
      }
    }
  }
}

// The state of one query: the largest score, the sum of exponentials relative to it. Merging a block
// of keys gives the factors for what was accumulated before and for what the block brings.
struct Merged {
  float before, block;
};

DEV Merged merge_block(float& largest, float& sum, float block_largest, float block_sum) {
  const float larger = fmaxf(largest, block_largest);
  const Merged factors = {rescale(largest, larger), rescale(block_largest, larger)};
  largest = larger;
  sum = fmaf(sum, factors.before, block_sum * factors.block);
  return factors;
}

DEV float merge_value(float before, float block, Merged factors) {
  return fmaf(before, factors.before, block * factors.block);
}
