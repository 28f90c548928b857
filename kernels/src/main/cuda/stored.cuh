// Weights as they are stored: float32, bfloat16 or float16, four neighbours at a time. Quads are kept
// as they came until they are used, so that a load that is under way needs no more registers than it
// has bytes, and is not waited for before its time.
#pragma once
#include "gpu.h"

template <typename W>
struct Stored;
template <>
struct Stored<float> {
  using Quad = float4;
};
template <>
struct Stored<bf16> {
  using Quad = uint2;
};
template <>
struct Stored<f16> {
  using Quad = uint2;
};

DEV float widen(float value) { return value; }
DEV float widen(bf16 value) { return bf2f(value); }
DEV float widen(f16 value) { return h2f(value); }

template <typename W>
DEV W half_word(unsigned pair, int half) {
  W value;
  value.bits = (uint16_t)(pair >> (16 * half));
  return value;
}

template <typename W>
DEV float4 widen4(uint2 quad) {
  return make_float4(widen(half_word<W>(quad.x, 0)), widen(half_word<W>(quad.x, 1)),
                     widen(half_word<W>(quad.y, 0)), widen(half_word<W>(quad.y, 1)));
}
template <typename W>
DEV float4 widen4(float4 quad) {
  return quad;
}

// Loads up to four neighbours, zeros in place of the rest: in one access where all are there and
// `aligned` says that p is a multiple of the quad's size. count may be negative.
DEV float4 load4(const float* __restrict__ p, int count, bool aligned) {
  if (aligned && count >= 4) return *reinterpret_cast<const float4*>(p);
  float4 quad = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
  if (count > 0) quad.x = p[0];
  if (count > 1) quad.y = p[1];
  if (count > 2) quad.z = p[2];
  if (count > 3) quad.w = p[3];
  return quad;
}

template <typename W>
DEV uint2 load4(const W* __restrict__ p, int count, bool aligned) {
  if (aligned && count >= 4) return *reinterpret_cast<const uint2*>(p);
  unsigned v[4] = {0, 0, 0, 0};
#pragma unroll
  for (int i = 0; i < 4; i++) {
    if (count > i) v[i] = p[i].bits;
  }
  uint2 quad;
  quad.x = v[0] | v[1] << 16;
  quad.y = v[2] | v[3] << 16;
  return quad;
}
