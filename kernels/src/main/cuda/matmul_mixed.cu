// Matrix products in mixed precision: A and B are float32 in memory and are rounded to bfloat16 on
// their way into shared memory; tensor cores multiply them and add in float32. Tiles, slices and
// epilogue are those of matmul.cuh; what differs is how a step lies in shared memory and what
// multiplies it.
//
//   memory goes along k            memory goes along rows (of A; columns of B)
//   [ROWS][DEPTH], read by         [DEPTH][ROWS], read by ldmatrix with .trans, which
//   ldmatrix as it is              turns each 8 x 8 matrix on its way to the registers
//
// so neighbours in memory are neighbours in shared memory, and both are stored 8 bytes at a time.
// Rows are HALVES_GAP apart: the eight rows that ldmatrix reads at a time lie in different banks.
//
// Order of summation: k is cut into steps of 16, one mma each, in ascending order, in every size of
// tile. So the bits of a row depend neither on the rows beside it nor on the kernel that was chosen.
// They are not those of the float32 product: an operand keeps 8 bits of its 24, so an element's
// error is up to 2^-8 of the sum of |a b|.
#include "matmul.cuh"
#include "tensor_core.cuh"

constexpr int HALVES_GAP = 8;
constexpr int PITCH_ALONG_K = DEPTH + HALVES_GAP;

// How ROWS rows of a step lie in shared memory.
template <int ROWS>
struct Rounded {
  static constexpr int PITCH = ROWS + HALVES_GAP;  // of a row of DEPTH rows, where not along k
  static constexpr int ALONG_K = ROWS * PITCH_ALONG_K, ALONG_ROWS = DEPTH * PITCH;
  static constexpr int SIZE = ALONG_K > ALONG_ROWS ? ALONG_K : ALONG_ROWS;  // halves
};

DEV uint32_t round2(float low, float high) {
  return f2bf(low).bits | (uint32_t)f2bf(high).bits << 16;
}

// Stores what was fetched.
template <int ROWS, int THREADS>
DEV void stash_rounded(const Slice<ROWS, THREADS, float>& s, uint16_t* shared) {
#pragma unroll
  for (int i = 0; i < s.QUADS; i++) {
    int row, k;
    quad_place<ROWS, THREADS>(s.along_k, i, row, k);
    uint2 quad;
    quad.x = round2(s.quad[i].x, s.quad[i].y);
    quad.y = round2(s.quad[i].z, s.quad[i].w);
    uint16_t* to = shared + (s.along_k ? row * PITCH_ALONG_K + k : k * Rounded<ROWS>::PITCH + row);
    *reinterpret_cast<uint2*>(to) = quad;
  }
}

// A's rows [row, row + 16) of the step, as a lane holds them for mma.
template <int ROWS>
DEV void load_left(uint32_t (&r)[4], const uint16_t* shared, int row, bool along_k) {
  const int lane = threadIdx.x % 32, half = lane / 16 * 8, next = lane / 8 % 2 * 8;
  if (along_k) {
    load_matrices(r, shared + (row + lane % 16) * PITCH_ALONG_K + half);
  } else {
    load_matrices_transposed(r, shared + (half + lane % 8) * Rounded<ROWS>::PITCH + row + next);
  }
}

// B's columns [column, column + 16): two operands of mma, eight columns each.
template <int ROWS>
DEV void load_right(uint32_t (&r)[4], const uint16_t* shared, int column, bool along_k) {
  const int lane = threadIdx.x % 32, half = lane / 16 * 8, next = lane / 8 % 2 * 8;
  if (along_k) {
    load_matrices(r, shared + (column + half + lane % 8) * PITCH_ALONG_K + next);
  } else {
    load_matrices_transposed(r, shared + lane % 16 * Rounded<ROWS>::PITCH + column + half);
  }
}

template <int BM, int BN, int WM, int WN>
struct MixedShape {
  static constexpr int THREADS = TileShape<BM, BN, WM, WN>::THREADS;
  static constexpr int STAGE = Rounded<BM>::SIZE + Rounded<BN>::SIZE;  // halves of one step
  static constexpr int TURNS = TileShape<BM, BN, WM, WN>::TURNS;
  static constexpr int SHARED = STAGE > TURNS ? STAGE : TURNS;  // floats: two stages of halves
};

template <int BM, int BN, int WM, int WN>
DEV void matmul_mixed_tile(float* __restrict__ pool, const float* __restrict__ a,
                           const float* __restrict__ b, const float* __restrict__ bias, float* c,
                           int m, int n, int k, long long lda, long long ldb, long long ldc,
                           long long stride_a, long long stride_b, long long stride_c, int flags) {
  using Shape = MixedShape<BM, BN, WM, WN>;
  const int tiles_m = (m + BM - 1) / BM, tiles_n = (n + BN - 1) / BN;
  const unsigned tiles = (unsigned)tiles_m * tiles_n, entry = blockIdx.x / tiles;
  int tile_m, tile_n;
  place_tile(blockIdx.x % tiles, tiles_m, tiles_n, tile_m, tile_n);

  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int warp_m = warp % (BM / WM) * WM, warp_n = warp / (BM / WM) * WN;

  Slice<BM, Shape::THREADS, float> slice_a;
  Slice<BN, Shape::THREADS, float> slice_b;
  open_slice(slice_a, a + entry * stride_a, lda, tile_m * BM, m, !(flags & TRANSPOSE_A),
             flags & ALIGNED_A);
  open_slice(slice_b, b + entry * stride_b, ldb, tile_n * BN, n, flags & TRANSPOSE_B,
             flags & ALIGNED_B);

  uint16_t* const halves = reinterpret_cast<uint16_t*>(pool);
  float sum[WM / 16][WN / 8][4] = {};
  const int steps = (k + DEPTH - 1) / DEPTH;
  if (steps > 0) {
    fetch(slice_a, k);
    fetch(slice_b, k);
    stash_rounded(slice_a, halves);
    stash_rounded(slice_b, halves + Rounded<BM>::SIZE);
  }
  __syncthreads();
  for (int step = 0; step < steps; step++) {
    const uint16_t* stage = halves + step % 2 * Shape::STAGE;
    if (step + 1 < steps) {
      fetch(slice_a, k - (step + 1) * DEPTH);
      fetch(slice_b, k - (step + 1) * DEPTH);
    }
    uint32_t left[WM / 16][4];
#pragma unroll
    for (int i = 0; i < WM / 16; i++) {
      load_left<BM>(left[i], stage, warp_m + 16 * i, slice_a.along_k);
    }
#pragma unroll
    for (int j = 0; j < WN / 16; j++) {
      uint32_t right[4];
      load_right<BN>(right, stage + Rounded<BM>::SIZE, warp_n + 16 * j, slice_b.along_k);
      const uint32_t first[2] = {right[0], right[1]}, second[2] = {right[2], right[3]};
#pragma unroll
      for (int i = 0; i < WM / 16; i++) {
        multiply_add(sum[i][2 * j], left[i], first);
        multiply_add(sum[i][2 * j + 1], left[i], second);
      }
    }
    if (step + 1 < steps) {
      uint16_t* next = halves + (step + 1) % 2 * Shape::STAGE;
      stash_rounded(slice_a, next);
      stash_rounded(slice_b, next + Rounded<BM>::SIZE);
    }
    __syncthreads();
  }

  // Sixteen rows of the warp's tile at a time: from mma's fragments to whole rows.
  float* turn = pool + warp * TileShape<BM, BN, WM, WN>::TURN;
  float* const to = turn + lane / 4 * WN + lane % 4 * 2;
  c += entry * stride_c;
#pragma unroll
  for (int i = 0; i < WM / 16; i++) {
#pragma unroll
    for (int j = 0; j < WN / 8; j++) {
      *reinterpret_cast<float2*>(to + 8 * j) = make_float2(sum[i][j][0], sum[i][j][1]);
      *reinterpret_cast<float2*>(to + 8 * WN + 8 * j) = make_float2(sum[i][j][2], sum[i][j][3]);
    }
    __syncwarp();
    store_slab<WN>(turn, c, tile_m * BM + warp_m + 16 * i, tile_n * BN + warp_n, m, n, ldc, bias,
                   flags, ACTIVATION_NONE);
    __syncwarp();
  }
}

#define MIXED_KERNEL(name, BM, BN, WM, WN)                                                        \
  KERNEL __launch_bounds__(MixedShape<BM, BN, WM, WN>::THREADS, 1) name(                          \
      const float* __restrict__ a, const float* __restrict__ b, const float* __restrict__ bias,   \
      float* c, int m, int n, int k, long long lda, long long ldb, long long ldc,                 \
      long long stride_a, long long stride_b, long long stride_c, int flags) {                    \
    __align__(16) __shared__ float pool[MixedShape<BM, BN, WM, WN>::SHARED];                      \
    matmul_mixed_tile<BM, BN, WM, WN>(pool, a, b, bias, c, m, n, k, lda, ldb, ldc, stride_a,      \
                                      stride_b, stride_c, flags);                                 \
  }                                                                                               \
  REGISTER_KERNEL(name)

MIXED_KERNEL(matmul_mixed_128, 128, 128, 32, 64);
MIXED_KERNEL(matmul_mixed_64, 64, 64, 32, 32);
MIXED_KERNEL(matmul_mixed_32, 32, 32, 16, 32);
