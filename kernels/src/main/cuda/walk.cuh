// Row-major walks over arrays of the same sizes and different strides (Walk.java fills the struct).
//
// The last axis is the run that threads walk along; the axes before it are folded into one row
// number, which each thread takes apart once a row. There are fewer than 2^31 rows (the launcher
// sees to it), so that division by an axis length is a multiplication (Granlund and Montgomery
// 1994); a run may have any length.
#pragma once
#include "gpu.h"

constexpr int WALK_AXES = 7;    // before the last one
constexpr int WALK_ARRAYS = 3;

struct WalkAxis {
  long long stride[WALK_ARRAYS];  // in elements
  unsigned size;
  unsigned magic;  // floor(2^32 (2^shift - size) / size) + 1
  unsigned shift;  // of the smallest power of two that is at least size
  unsigned unused;
};

struct Walk {
  long long rows;               // product of the leading axes
  long long cols;               // length of the last axis
  long long step[WALK_ARRAYS];  // strides of the last axis, in elements
  long long axes;               // leading axes
  WalkAxis axis[WALK_AXES];     // outermost first
};

DEV unsigned quotient(unsigned n, const WalkAxis& axis) {
  return (__umulhi(n, axis.magic) + n) >> axis.shift;
}

/** Offsets of the first element of a row in each array. */
template <int ARRAYS>
DEV void locate(const Walk& walk, long long row, long long (&at)[ARRAYS]) {
#pragma unroll
  for (int k = 0; k < ARRAYS; k++) {
    at[k] = 0;
  }
  unsigned rest = static_cast<unsigned>(row);
  for (int a = static_cast<int>(walk.axes) - 1; a >= 0; a--) {
    const WalkAxis& axis = walk.axis[a];
    const unsigned outer = a == 0 ? 0 : quotient(rest, axis);
    const long long index = rest - outer * axis.size;
    rest = outer;
#pragma unroll
    for (int k = 0; k < ARRAYS; k++) {
      at[k] += index * axis.stride[k];
    }
  }
}

/** The first row of this thread, and the distance to its next: rows lie along y. */
DEV long long first_row() {
  return static_cast<long long>(blockIdx.y) * blockDim.y + threadIdx.y;
}

DEV long long row_step() {
  return static_cast<long long>(gridDim.y) * blockDim.y;
}
