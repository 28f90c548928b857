// C = op(A) op(B): a block of threads computes a tile of C, [BM, BN], a warp of it a part, [WM, WN].
//
//            B [k, n]         Through k in steps of DEPTH. While a step is multiplied out of shared
//           +--+-----+--+     memory, the next one is on its way from global memory into registers;
//           |  |DEPTH|  |     then it is stored into the other half of shared memory: one barrier a
//           |  +-----+  |     step.
//   A [m,k] |  | BN  |  |
//  +------+ +--+-----+--+     A lane holds TM x TN = (WM / 4) x (WN / 8) sums, as quads of rows and
//  |   BM>| |  |  C  |  |     columns 16 and 32 apart: the lanes of a warp read 4 quads of A and 8 of
//  +------+ +--+-----+--+     B that lie side by side. No bank conflicts, and TM + TN values loaded
//                             for TM TN multiply-adds.
//
// Order of summation, the same in every matrix product on this device: k is cut into chunks of
// CHUNK; a chunk is a chain of fused multiply-adds in ascending k that starts at zero; chunks are
// added in ascending order. So the bits of a row depend neither on the rows beside it nor on the
// kernel that was chosen. It costs a second set of sums in registers (64 of some 220 in the largest
// tile, of which a multiprocessor has one block, 8 warps, at a time) and one addition in 64.
//
// The epilogue turns the tile through shared memory, so that it is stored 128 bytes at a time
// whatever the alignment, and what is done to an element (old C or bias, activation) stands once, in
// a loop that is not unrolled.
//
// Global traffic: a block reads BM + BN values a k for 2 BM BN operations: 32 operations a byte with
// 128 x 128, before L2 catches what neighbouring blocks share.
#pragma once
#include "activation.cuh"
#include "gpu.h"
#include "stored.cuh"

constexpr int CHUNK = 64;
constexpr int DEPTH = 16;
constexpr int STEPS_IN_CHUNK = CHUNK / DEPTH;
constexpr int BAND = 8;       // tiles of C above one another that run together and share B in L2
constexpr int PITCH_GAP = 4;  // between rows in shared memory: quads stay aligned, conflicts halve

// Bits of `flags`, as in MatmulKernels.java.
constexpr int TRANSPOSE_A = 1;
constexpr int TRANSPOSE_B = 2;
constexpr int ACCUMULATE = 4;
constexpr int ALIGNED_A = 8;
constexpr int ALIGNED_B = 16;

// What becomes of a product: the old C is added, or the bias; then the activation is taken.
DEV float finish(float value, const float* old, const float* __restrict__ bias, int column,
                 int flags, int activation) {
  if (flags & ACCUMULATE) {
    value = *old + value;
  } else if (bias != nullptr) {
    value = value + bias[column];
  }
  return activate(activation, value);
}

// ROWS rows (of A, or columns of B) by DEPTH values of k on their way from global to shared memory.
template <int ROWS, int THREADS, typename W>
struct Slice {
  static constexpr int QUADS = ROWS * DEPTH / 4 / THREADS;
  static constexpr int PITCH = ROWS + PITCH_GAP;
  const W* from[QUADS];  // this thread's quads of the next step
  typename Stored<W>::Quad quad[QUADS];
  long long step;  // elements from one step to the next
  int rows;        // rows that exist
  bool along_k;    // neighbours in memory are neighbours in k, not in rows
  bool aligned;
};

// Place of a thread's quad in the slice: its first row and first k.
template <int ROWS, int THREADS>
DEV void quad_place(bool along_k, int i, int& row, int& k) {
  const int index = threadIdx.x + i * THREADS;
  row = along_k ? index / (DEPTH / 4) : index % (ROWS / 4) * 4;
  k = along_k ? index % (DEPTH / 4) * 4 : index / (ROWS / 4);
}

template <int ROWS, int THREADS, typename W>
DEV void open_slice(Slice<ROWS, THREADS, W>& s, const W* base, long long ld, int first, int rows,
                    bool along_k, bool aligned) {
  s.rows = rows - first;
  s.along_k = along_k;
  s.aligned = aligned;
  s.step = along_k ? DEPTH : DEPTH * ld;
#pragma unroll
  for (int i = 0; i < s.QUADS; i++) {
    int row, k;
    quad_place<ROWS, THREADS>(along_k, i, row, k);
    s.from[i] = base + (along_k ? (first + row) * ld + k : k * ld + first + row);
  }
}

// Starts loading the next step, of which `left` values of k exist.
template <int ROWS, int THREADS, typename W>
DEV void fetch(Slice<ROWS, THREADS, W>& s, int left) {
#pragma unroll
  for (int i = 0; i < s.QUADS; i++) {
    int row, k;
    quad_place<ROWS, THREADS>(s.along_k, i, row, k);
    const int count = s.along_k ? (row < s.rows ? left - k : 0) : (k < left ? s.rows - row : 0);
    s.quad[i] = load4(s.from[i], count, s.aligned);
    s.from[i] += s.step;
  }
}

// Stores what was fetched as [DEPTH, ROWS].
template <int ROWS, int THREADS, typename W>
DEV void stash(const Slice<ROWS, THREADS, W>& s, float* shared) {
#pragma unroll
  for (int i = 0; i < s.QUADS; i++) {
    int row, k;
    quad_place<ROWS, THREADS>(s.along_k, i, row, k);
    float* to = shared + k * s.PITCH + row;
    const float4 quad = widen4<W>(s.quad[i]);
    if (s.along_k) {
      to[0] = quad.x;
      to[s.PITCH] = quad.y;
      to[2 * s.PITCH] = quad.z;
      to[3 * s.PITCH] = quad.w;
    } else {
      *reinterpret_cast<float4*>(to) = quad;
    }
  }
}

template <int BM, int BN, int WM, int WN>
struct TileShape {
  static constexpr int THREADS = BM / WM * (BN / WN) * 32;
  static constexpr int STAGE = DEPTH * (BM + BN + 2 * PITCH_GAP);  // floats of one step
  static constexpr int TURN = 16 * WN;  // floats that a warp turns at a time
  static constexpr int TURNS = THREADS / 32 * TURN;
  static constexpr int SHARED = 2 * STAGE > TURNS ? 2 * STAGE : TURNS;
};

// Which tile of C a block computes: down bands of BAND rows of tiles, so that neighbours in time share
// operands in L2.
DEV void place_tile(unsigned block, int tiles_m, int tiles_n, int& tile_m, int& tile_n) {
  const unsigned band = block / (BAND * tiles_n), within = block % (BAND * tiles_n);
  const int height = min(BAND, tiles_m - (int)band * BAND);
  tile_m = band * BAND + within % height;
  tile_n = within / height;
}

// A warp's sixteen rows by WN columns, dense in shared memory, on their way to C.
template <int WN>
DEV void store_slab(const float* turn, float* c, int first_row, int first_column, int m, int n,
                    long long ldc, const float* __restrict__ bias, int flags, int activation) {
#pragma unroll 1
  for (int at = threadIdx.x % 32; at < 16 * WN; at += 32) {
    const int row = first_row + at / WN, column = first_column + at % WN;
    if (row >= m || column >= n) continue;
    float* to = c + row * ldc + column;
    *to = finish(turn[at], to, bias, column, flags, activation);
  }
}

template <int BM, int BN, int WM, int WN, typename W>
DEV void matmul_tile(float* __restrict__ pool, const float* __restrict__ a, const W* __restrict__ b,
                     const float* __restrict__ bias, float* c, int m, int n, int k, long long lda,
                     long long ldb, long long ldc, long long stride_a, long long stride_b,
                     long long stride_c, int flags, int activation) {
  using Shape = TileShape<BM, BN, WM, WN>;
  constexpr int THREADS = Shape::THREADS, TM = WM / 4, TN = WN / 8;
  const int tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;
  const unsigned tiles = (unsigned)tiles_m * tiles_n, entry = blockIdx.x / tiles;
  int tile_m, tile_n;
  place_tile(blockIdx.x % tiles, tiles_m, tiles_n, tile_m, tile_n);

  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int warp_m = warp % (BM / WM) * WM, warp_n = warp / (BM / WM) * WN;
  const int lane_m = lane / 8 * 4, lane_n = lane % 8 * 4;

  Slice<BM, THREADS, float> slice_a;
  Slice<BN, THREADS, W> slice_b;
  open_slice(slice_a, a + entry * stride_a, lda, tile_m * BM, m, !(flags & TRANSPOSE_A),
             flags & ALIGNED_A);
  open_slice(slice_b, b + entry * stride_b, ldb, tile_n * BN, n, flags & TRANSPOSE_B,
             flags & ALIGNED_B);

  float total[TM][TN] = {}, sum[TM][TN] = {};
  const int steps = (k + DEPTH - 1) / DEPTH;
  if (steps > 0) {
    fetch(slice_a, k);
    fetch(slice_b, k);
    stash(slice_a, pool);
    stash(slice_b, pool + DEPTH * slice_a.PITCH);
  }
  __syncthreads();
  for (int step = 0; step < steps; step++) {
    const float* stage = pool + step % 2 * Shape::STAGE;
    if (step + 1 < steps) {
      fetch(slice_a, k - (step + 1) * DEPTH);
      fetch(slice_b, k - (step + 1) * DEPTH);
    }
#pragma unroll
    for (int s = 0; s < DEPTH; s++) {
      float left[TM], right[TN];
      const float* row_a = stage + s * slice_a.PITCH + warp_m + lane_m;
      const float* row_b = stage + DEPTH * slice_a.PITCH + s * slice_b.PITCH + warp_n + lane_n;
#pragma unroll
      for (int i = 0; i < TM / 4; i++) {
        *reinterpret_cast<float4*>(left + 4 * i) = *reinterpret_cast<const float4*>(row_a + 16 * i);
      }
#pragma unroll
      for (int j = 0; j < TN / 4; j++) {
        *reinterpret_cast<float4*>(right + 4 * j) =
            *reinterpret_cast<const float4*>(row_b + 32 * j);
      }
#pragma unroll
      for (int i = 0; i < TM; i++) {
#pragma unroll
        for (int j = 0; j < TN; j++) sum[i][j] = fmaf(left[i], right[j], sum[i][j]);
      }
    }
    if (step % STEPS_IN_CHUNK == STEPS_IN_CHUNK - 1 || step + 1 == steps) {
#pragma unroll
      for (int i = 0; i < TM; i++) {
#pragma unroll
        for (int j = 0; j < TN; j++) {
          total[i][j] += sum[i][j];
          sum[i][j] = 0.0f;
        }
      }
    }
    if (step + 1 < steps) {
      float* next = pool + (step + 1) % 2 * Shape::STAGE;
      stash(slice_a, next);
      stash(slice_b, next + DEPTH * slice_a.PITCH);
    }
    __syncthreads();
  }

  // Sixteen rows of the warp's tile at a time: from quads of lanes to whole rows.
  float* turn = pool + warp * Shape::TURN;
  c += entry * stride_c;
#pragma unroll
  for (int slab = 0; slab < TM / 4; slab++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
      for (int j = 0; j < TN / 4; j++) {
        const float* from = &total[4 * slab + i][4 * j];
        *reinterpret_cast<float4*>(turn + (lane_m + i) * WN + 32 * j + lane_n) =
            make_float4(from[0], from[1], from[2], from[3]);
      }
    }
    __syncwarp();
    store_slab<WN>(turn, c, tile_m * BM + warp_m + 16 * slab, tile_n * BN + warp_n, m, n, ldc, bias,
                   flags, activation);
    __syncwarp();
  }
}

#define MATMUL_KERNEL(name, W, BM, BN, WM, WN)                                                 \
  KERNEL __launch_bounds__(TileShape<BM, BN, WM, WN>::THREADS, 1) name(                        \
      const float* __restrict__ a, const W* __restrict__ b, const float* __restrict__ bias,    \
      float* c, int m, int n, int k, long long lda, long long ldb, long long ldc,              \
      long long stride_a, long long stride_b, long long stride_c, int flags, int activation) { \
    __align__(16) __shared__ float pool[TileShape<BM, BN, WM, WN>::SHARED];                    \
    matmul_tile<BM, BN, WM, WN, W>(pool, a, b, bias, c, m, n, k, lda, ldb, ldc, stride_a,      \
                                   stride_b, stride_c, flags, activation);                     \
  }                                                                                            \
  REGISTER_KERNEL(name);
