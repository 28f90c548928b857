// Strided copies of elements of 1, 2, 4, 8 or 16 bytes, and transposes through shared memory.
//
// copy_*: threads along x share a row (the axis with the smallest step in the target), so stores
// are coalesced. Where both sides are contiguous along it, the launcher has widened the elements to
// as many bytes as addresses, strides and the row length are multiples of, at most 16.
//
// transpose_*: each side is contiguous along another axis. A block moves tiles of 32 by 32 elements
// in through one axis and out through the other; a column of padding keeps the 32 elements of a
// column in different banks. Both sides are coalesced: 2 accesses an element, the floor.
#include "walk.cuh"

constexpr int BLOCK = 256;
constexpr int TILE = 32;
constexpr int TILE_ROWS = BLOCK / TILE;

template <class T>
DEV void copy(const T* source, T* target, const Walk& walk) {
  for (long long r = first_row(); r < walk.rows; r += row_step()) {
    long long at[2];
    locate(walk, r, at);
    const long long step = static_cast<long long>(gridDim.x) * blockDim.x;
    long long i = static_cast<long long>(blockIdx.x) * blockDim.x + threadIdx.x;
    for (; i < walk.cols; i += step) {
      target[at[1] + i * walk.step[1]] = source[at[0] + i * walk.step[0]];
    }
  }
}

#define COPY(bytes, T)                                                              \
  KERNEL __launch_bounds__(BLOCK)                                                   \
      copy_##bytes(const T* source, T* target, const __grid_constant__ Walk walk) { \
    copy(source, target, walk);                                                     \
  }                                                                                 \
  REGISTER_KERNEL(copy_##bytes)

COPY(1, uint8_t);
COPY(2, uint16_t);
COPY(4, uint32_t);
COPY(8, uint64_t);
COPY(16, uint4);

/**
 * Planes of `height` by `width` elements: the source is contiguous along the height, the target
 * along the width. Blocks: x over tiles of the width, y over tiles of the height, z over planes,
 * which are the rows of the walk.
 */
template <class T>
DEV void transpose(const T* source, T* target, long long height, long long width,
                   long long source_step, long long target_step, const Walk& walk) {
  __shared__ T tile[TILE][TILE + 1];
  const long long left = static_cast<long long>(blockIdx.x) * TILE;
  for (long long plane = blockIdx.z; plane < walk.rows; plane += gridDim.z) {
    long long at[2];
    locate(walk, plane, at);
    const T* from = source + at[0];
    T* to = target + at[1];
    for (long long top = static_cast<long long>(blockIdx.y) * TILE; top < height;
         top += static_cast<long long>(gridDim.y) * TILE) {
      for (int k = threadIdx.y; k < TILE; k += TILE_ROWS) {
        if (left + k < width && top + threadIdx.x < height) {
          tile[k][threadIdx.x] = from[(left + k) * source_step + top + threadIdx.x];
        }
      }
      __syncthreads();
      for (int k = threadIdx.y; k < TILE; k += TILE_ROWS) {
        if (top + k < height && left + threadIdx.x < width) {
          to[(top + k) * target_step + left + threadIdx.x] = tile[threadIdx.x][k];
        }
      }
      __syncthreads();  // before the next tile overwrites this one
    }
  }
}

#define TRANSPOSE(bytes, T)                                                                    \
  KERNEL __launch_bounds__(BLOCK)                                                              \
      transpose_##bytes(const T* source, T* target, long long height, long long width,         \
                        long long source_step, long long target_step,                          \
                        const __grid_constant__ Walk walk) {                                   \
    transpose(source, target, height, width, source_step, target_step, walk);                  \
  }                                                                                            \
  REGISTER_KERNEL(transpose_##bytes)

TRANSPOSE(1, uint8_t);
TRANSPOSE(2, uint16_t);
TRANSPOSE(4, uint32_t);
TRANSPOSE(8, uint64_t);
