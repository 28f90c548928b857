// Functions and conversions of floats: a word in, a word out, a thread each.
#include "primitive.cuh"

#define FUNCTION(name, result)                                    \
  PRIMITIVE(name) {                                               \
    const int i = blockIdx.x * blockDim.x + threadIdx.x;          \
    const uint32_t bits = in[i];                                  \
    const float x = __uint_as_float(bits);                        \
    (void)x;                                                      \
    out[i] = result;                                              \
  }                                                               \
  REGISTER_KERNEL(primitive_##name)

#define REAL(name, value) FUNCTION(name, __float_as_uint(value))

REAL(expf, expf(x));
REAL(expm1f, expm1f(x));
REAL(logf, logf(x));
REAL(log1pf, log1pf(x));
REAL(erff, erff(x));
REAL(normcdff, normcdff(x));
REAL(tanhf, tanhf(x));
REAL(sinf, sinf(x));
REAL(cosf, cosf(x));
REAL(sqrtf, sqrtf(x));
REAL(rsqrtf, rsqrtf(x));
REAL(reciprocal, 1.0f / x);
REAL(fmaf, fmaf(x, x, -1.0f));

FUNCTION(float_to_bf16, f2bf(x).bits);
FUNCTION(float_to_f16, f2h(x).bits);
REAL(bf16_to_float, bf2f(bf16{uint16_t(bits)}));
REAL(f16_to_float, h2f(f16{uint16_t(bits)}));
FUNCTION(round_to_even, uint32_t(__float2int_rn(x)));
FUNCTION(round_to_zero, uint32_t(__float2int_rz(x)));
FUNCTION(round_down, uint32_t(__float2int_rd(x)));
