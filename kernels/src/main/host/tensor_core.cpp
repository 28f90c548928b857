#include "tensor_core.h"

#include <string.h>

#include "checker.h"
#include "warp.h"

namespace emu {
namespace {

struct Load {
  const uint16_t* row;
  uint32_t* result;
};

uint32_t pair(uint16_t low, uint16_t high) { return low | uint32_t(high) << 16; }

// Row r of matrix m is where lane 8 m + r points to.
uint16_t element(void* const* lanes, int m, int r, int c) {
  return static_cast<const Load*>(lanes[8 * m + r])->row[c];
}

void load(void* const* lanes) {
  for (int lane = 0; lane < 32; lane++) {
    const int g = lane / 4, t = lane % 4;
    for (int m = 0; m < 4; m++) {
      static_cast<Load*>(lanes[lane])->result[m] =
          pair(element(lanes, m, g, 2 * t), element(lanes, m, g, 2 * t + 1));
    }
  }
}

void load_transposed(void* const* lanes) {
  for (int lane = 0; lane < 32; lane++) {
    const int g = lane / 4, t = lane % 4;
    for (int m = 0; m < 4; m++) {
      static_cast<Load*>(lanes[lane])->result[m] =
          pair(element(lanes, m, 2 * t, g), element(lanes, m, 2 * t + 1, g));
    }
  }
}

struct Product {
  float* d;
  const uint32_t* a;
  const uint32_t* b;
};

float low_half(uint32_t v) {
  const uint32_t bits = v << 16;
  float f;
  memcpy(&f, &bits, sizeof f);
  return f;
}

float high_half(uint32_t v) { return low_half(v >> 16); }

void multiply(void* const* lanes) {
  float a[16][16], b[16][8];
  for (int lane = 0; lane < 32; lane++) {
    const auto& p = *static_cast<const Product*>(lanes[lane]);
    const int g = lane / 4, t = lane % 4;
    for (int i = 0; i < 4; i++) {
      const int row = g + i % 2 * 8, column = 2 * t + i / 2 * 8;
      a[row][column] = low_half(p.a[i]);
      a[row][column + 1] = high_half(p.a[i]);
    }
    for (int i = 0; i < 2; i++) {
      b[2 * t + 8 * i][g] = low_half(p.b[i]);
      b[2 * t + 8 * i + 1][g] = high_half(p.b[i]);
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    const auto& p = *static_cast<const Product*>(lanes[lane]);
    for (int i = 0; i < 4; i++) {
      const int row = lane / 4 + i / 2 * 8, column = 2 * (lane % 4) + i % 2;
      for (int k = 0; k < 16; k++) {
        p.d[i] += a[row][k] * b[k][column];
      }
    }
  }
}

}  // namespace

void warp_load_matrices(uint32_t (&result)[4], const void* row, bool transposed, Place place) {
  if (reinterpret_cast<uintptr_t>(row) % 16 != 0) {
    fail(Kind::MISALIGNED, place, "ldmatrix: row at %p, which is not a multiple of 16", row);
  }
  check_access(row, 16, Access::READ, place);
  Load mine{static_cast<const uint16_t*>(row), result};
  work_together("ldmatrix", &mine, transposed ? load_transposed : load, place);
}

void warp_multiply_add(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2], Place place) {
  Product mine{d, a, b};
  work_together("mma", &mine, multiply, place);
}

}  // namespace emu
