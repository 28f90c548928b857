// The functions of one value and their derivatives (UnaryFunction.java defines them), in float32.
//
// Each is a struct with `f(x)`, and `d(x, y, dy)` = dy f'(x) given y = f(x), whichever of the two
// is cheaper. Results are good to a few units in the last place also in the tails: where a value is
// an exponential of x^2, the rounding error of x^2 is carried along. NaN stays NaN.
#pragma once
#include "gpu.h"

/** Parameters of a function; most use none. */
struct Parameters {
  float p, q;
};

constexpr float SQRT_2_OVER_PI = 0.797884561f;
constexpr float GELU_CUBIC = 0.044715f;
constexpr float ONE_OVER_SQRT_2PI = 0.398942280f;
constexpr float TWO_OVER_SQRT_PI = 1.12837917f;

/** Beyond it every sigmoidal derivative has reached its limit in float32. */
constexpr float FAR = 110.0f;

/** x itself, or the limit of what matters, so that no infinity meets a zero; NaN stays. */
DEV float near(float x) {
  return x > FAR ? FAR : x < -FAR ? -FAR : x;
}

/** 1 / (1 + e^-x). */
DEV float sigmoid(float x) {
  return 1.0f / (1.0f + expf(-x));
}

/** e^(scale x^2) for |x| up to FAR, scale a negative power of two or -1. */
DEV float exp_of_square(float x, float scale) {
  const float square = x * x;
  const float lost = fmaf(x, x, -square);
  const float e = expf(scale * square);
  return fmaf(e, scale * lost, e);
}

/** sigmoid(z) and sigmoid(z) (1 - sigmoid(z)), both without cancellation. */
struct Sigmoids {
  float value, slope;
};

DEV Sigmoids sigmoids(float z) {
  const float e = expf(-fabsf(z));  // at most 1; NaN stays
  const float large = 1.0f / (1.0f + e);
  return Sigmoids{z >= 0.0f ? large : e * large, e * large * large};
}

struct Relu {
  static __device__ float f(float x, Parameters) { return x <= 0.0f ? 0.0f : x; }
  static __device__ float d(float x, float, float dy, Parameters) {
    return x <= 0.0f ? 0.0f : dy;
  }
};

struct LeakyRelu {
  static __device__ float f(float x, Parameters k) { return x >= 0.0f ? x : k.p * x; }
  static __device__ float d(float x, float, float dy, Parameters k) {
    return x > 0.0f ? dy : dy * k.p;
  }
};

struct Elu {
  static __device__ float f(float x, Parameters k) { return x > 0.0f ? x : k.p * expm1f(x); }
  static __device__ float d(float x, float, float dy, Parameters k) {
    return x > 0.0f ? dy : dy * k.p * expf(x);
  }
};

/** x sigmoid(2 u) with u = sqrt(2/pi) (x + 0.044715 x^3): the same as 0.5 x (1 + tanh(u)). */
struct GeluTanh {
  static __device__ float twice(float x) {
    return 2.0f * SQRT_2_OVER_PI * (x * fmaf(GELU_CUBIC * x, x, 1.0f));
  }
  static __device__ float f(float x, Parameters) { return x / (1.0f + expf(-twice(x))); }
  static __device__ float d(float x, float, float dy, Parameters) {
    const float z = near(x);
    const Sigmoids s = sigmoids(twice(z));
    const float slope = 2.0f * SQRT_2_OVER_PI * fmaf(3.0f * GELU_CUBIC * z, z, 1.0f);
    return dy * fmaf(z * slope, s.slope, s.value);
  }
};

struct GeluErf {
  static __device__ float f(float x, Parameters) { return x * normcdff(x); }
  static __device__ float d(float x, float, float dy, Parameters) {
    const float z = near(x);
    return dy * fmaf(z * ONE_OVER_SQRT_2PI, exp_of_square(z, -0.5f), normcdff(z));
  }
};

struct Silu {
  static __device__ float f(float x, Parameters) { return x / (1.0f + expf(-x)); }
  static __device__ float d(float x, float, float dy, Parameters) {
    const float z = near(x);
    const Sigmoids s = sigmoids(z);
    return dy * fmaf(z, s.slope, s.value);
  }
};

struct Sigmoid {
  static __device__ float f(float x, Parameters) { return sigmoid(x); }
  static __device__ float d(float, float y, float dy, Parameters) { return dy * (1.0f - y) * y; }
};

struct LogSigmoid {
  static __device__ float f(float x, Parameters) {
    return fminf(x, 0.0f) - log1pf(expf(-fabsf(x)));
  }
  static __device__ float d(float x, float, float dy, Parameters) { return dy * sigmoid(-x); }
};

struct Tanh {
  static __device__ float f(float x, Parameters) { return tanhf(x); }
  static __device__ float d(float, float y, float dy, Parameters) {
    return dy * fmaf(-y, y, 1.0f);
  }
};

struct Softplus {
  static __device__ float f(float x, Parameters k) {
    const float z = k.p * x;
    return z > k.q ? x : log1pf(expf(z)) / k.p;
  }
  static __device__ float d(float x, float, float dy, Parameters k) {
    const float z = k.p * x;
    return z > k.q ? dy : dy * sigmoid(z);
  }
};

struct Erf {
  static __device__ float f(float x, Parameters) { return erff(x); }
  static __device__ float d(float x, float, float dy, Parameters) {
    return dy * (TWO_OVER_SQRT_PI * exp_of_square(near(x), -1.0f));
  }
};

struct Exp {
  static __device__ float f(float x, Parameters) { return expf(x); }
  static __device__ float d(float, float y, float dy, Parameters) { return dy * y; }
};

struct Log {
  static __device__ float f(float x, Parameters) { return logf(x); }
  static __device__ float d(float x, float, float dy, Parameters) { return dy / x; }
};

struct Sqrt {
  static __device__ float f(float x, Parameters) { return sqrtf(x); }
  static __device__ float d(float, float y, float dy, Parameters) { return dy / (2.0f * y); }
};

struct Rsqrt {
  static __device__ float f(float x, Parameters) { return rsqrtf(x); }
  static __device__ float d(float, float y, float dy, Parameters) {
    return -0.5f * dy * y * y * y;  // from the left: y^3 alone may leave float32
  }
};

struct Reciprocal {
  static __device__ float f(float x, Parameters) { return 1.0f / x; }
  static __device__ float d(float, float y, float dy, Parameters) { return -dy * (y * y); }
};

struct Square {
  static __device__ float f(float x, Parameters) { return x * x; }
  static __device__ float d(float x, float, float dy, Parameters) { return dy * (2.0f * x); }
};

struct Abs {
  static __device__ float f(float x, Parameters) { return fabsf(x); }
  static __device__ float d(float x, float, float dy, Parameters) {
    return x > 0.0f ? dy : x < 0.0f ? -dy : dy * x;  // 0 at 0, NaN at NaN
  }
};

struct Neg {
  static __device__ float f(float x, Parameters) { return -x; }
  static __device__ float d(float, float, float dy, Parameters) { return -dy; }
};

struct Sin {
  static __device__ float f(float x, Parameters) { return sinf(x); }
  static __device__ float d(float x, float, float dy, Parameters) { return dy * cosf(x); }
};

struct Cos {
  static __device__ float f(float x, Parameters) { return cosf(x); }
  static __device__ float d(float x, float, float dy, Parameters) { return -dy * sinf(x); }
};

struct Clamp {
  static __device__ float f(float x, Parameters k) {
    const float raised = x < k.p ? k.p : x;
    return raised > k.q ? k.q : raised;
  }
  static __device__ float d(float x, float, float dy, Parameters k) {
    return x >= k.p && x <= k.q ? dy : 0.0f;
  }
};
