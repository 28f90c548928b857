#include "tensor_core.h"

#include <string.h>

#include "checker.h"
#include "device.h"
#include "scheduler.h"
#include "warp.h"

namespace emu {
namespace {

struct Load {
  const uint16_t* row;
  uint32_t* result;
  int matrices;
  bool transposed;
};

uint32_t pair(uint16_t low, uint16_t high) { return low | uint32_t(high) << 16; }

// Row r of matrix m is where lane 8 m + r points to.
uint16_t element(void* const* lanes, int m, int r, int c) {
  return static_cast<const Load*>(lanes[8 * m + r])->row[c];
}

void load(void* const* lanes) {
  for (int lane = 0; lane < 32; lane++) {
    const auto& mine = *static_cast<const Load*>(lanes[lane]);
    const int g = lane / 4, t = lane % 4;
    for (int m = 0; m < mine.matrices; m++) {
      mine.result[m] = mine.transposed
                           ? pair(element(lanes, m, 2 * t, g), element(lanes, m, 2 * t + 1, g))
                           : pair(element(lanes, m, g, 2 * t), element(lanes, m, g, 2 * t + 1));
    }
  }
}

struct Product {
  float* d;
  const uint32_t* a;
  const uint32_t* b;
  Element element;
  int halves;
};

// The values of a register: one of tf32, else two.
int unpack(Element element, uint32_t v, float (&values)[2]) {
  switch (element) {
    case Element::TF32:
      values[0] = __uint_as_float(v & ~0x1fffu);
      return 1;
    case Element::BF16:
      values[0] = __uint_as_float(v << 16);
      values[1] = __uint_as_float(v & 0xffff0000u);
      return 2;
    case Element::F16:
      values[0] = from_float16(uint16_t(v));
      values[1] = from_float16(uint16_t(v >> 16));
      return 2;
  }
  return 0;
}

void multiply(void* const* lanes) {
  float a[16][16], b[16][8];
  int k_size = 0;
  for (int lane = 0; lane < 32; lane++) {
    const auto& p = *static_cast<const Product*>(lanes[lane]);
    const int g = lane / 4, t = lane % 4;
    float values[2];
    for (int i = 0; i < 2 * p.halves; i++) {
      const int packed = unpack(p.element, p.a[i], values);
      for (int e = 0; e < packed; e++) {
        a[g + i % 2 * 8][packed * (t + i / 2 * 4) + e] = values[e];
      }
    }
    for (int i = 0; i < p.halves; i++) {
      const int packed = unpack(p.element, p.b[i], values);
      for (int e = 0; e < packed; e++) {
        b[packed * (t + i * 4) + e][g] = values[e];
      }
      k_size = 4 * packed * p.halves;
    }
  }
  for (int lane = 0; lane < 32; lane++) {
    const auto& p = *static_cast<const Product*>(lanes[lane]);
    for (int i = 0; i < 4; i++) {
      const int row = lane / 4 + i / 2 * 8, column = 2 * (lane % 4) + i % 2;
      for (int k = 0; k < k_size; k++) {
        p.d[i] += a[row][k] * b[k][column];
      }
    }
  }
}

}  // namespace

void load_matrices(uint32_t* result, int matrices, const void* row, bool transposed, Place place) {
  if (running()->lane() < 8 * matrices) {
    if (reinterpret_cast<uintptr_t>(row) % 16 != 0) {
      fail(Kind::MISALIGNED, place, "ldmatrix: row at %p, which is not a multiple of 16", row);
    }
    check_access(row, 16, Access::READ, place);
  }
  Load mine{static_cast<const uint16_t*>(row), result, matrices, transposed};
  work_together("ldmatrix", &mine, load, place);
}

void multiply_add(Element element, float (&d)[4], const uint32_t* a, const uint32_t* b, int halves,
                  Place place) {
  Product mine{d, a, b, element, halves};
  work_together("mma", &mine, multiply, place);
}

}  // namespace emu
