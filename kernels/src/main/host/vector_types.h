// CUDA's built-in types and the variables that tell a thread who it is.
#pragma once

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

// Sizes and alignments are CUDA's: an aligned access to one is a single 8- or 16-byte transaction.
#define EMU_VECTOR2(T, element)                                          \
  struct alignas(2 * sizeof(element)) T {                                \
    element x, y;                                                        \
  };                                                                     \
  static inline constexpr T make_##T(element x, element y) { return T{x, y}; }
#define EMU_VECTOR4(T, element)                                                      \
  struct alignas(sizeof(element) < 8 ? 4 * sizeof(element) : 16) T {                 \
    element x, y, z, w;                                                              \
  };                                                                                 \
  static inline constexpr T make_##T(element x, element y, element z, element w) {   \
    return T{x, y, z, w};                                                            \
  }
EMU_VECTOR2(float2, float)
EMU_VECTOR4(float4, float)
EMU_VECTOR2(int2, int)
EMU_VECTOR4(int4, int)
EMU_VECTOR2(uint2, unsigned)
EMU_VECTOR4(uint4, unsigned)
EMU_VECTOR2(short2, short)
EMU_VECTOR4(short4, short)
EMU_VECTOR2(ushort2, unsigned short)
EMU_VECTOR4(ushort4, unsigned short)
EMU_VECTOR2(uchar2, unsigned char)
EMU_VECTOR4(uchar4, unsigned char)
EMU_VECTOR2(double2, double)
EMU_VECTOR2(longlong2, long long)
EMU_VECTOR2(ulonglong2, unsigned long long)
#undef EMU_VECTOR2
#undef EMU_VECTOR4

struct float3 {
  float x, y, z;
};
struct int3 {
  int x, y, z;
};
static inline constexpr float3 make_float3(float x, float y, float z) { return {x, y, z}; }
static inline constexpr int3 make_int3(int x, int y, int z) { return {x, y, z}; }

// Set by the scheduler each time a thread goes on; one thread runs at a time.
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
constexpr int warpSize = 32;
