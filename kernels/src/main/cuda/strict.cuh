// Logarithm, sine and cosine in float64 with the very bits of Java's StrictMath, which is defined
// by fdlibm (Sun Microsystems 1993): the same steps in the same order, each rounded on its own.
// Only what normal random numbers need: logarithms of (0, 1], angles of [0, 2 pi].
#pragma once
#include "gpu.h"

/** A float64 whose products and sums are never contracted to a fused multiply-add. */
struct Strict {
  double v;
};

DEV Strict operator*(Strict a, Strict b) { return {__dmul_rn(a.v, b.v)}; }
DEV Strict operator+(Strict a, Strict b) { return {__dadd_rn(a.v, b.v)}; }
DEV Strict operator-(Strict a, Strict b) { return {__dadd_rn(a.v, -b.v)}; }
DEV Strict operator/(Strict a, Strict b) { return {__ddiv_rn(a.v, b.v)}; }
DEV Strict operator*(double a, Strict b) { return Strict{a} * b; }
DEV Strict operator+(double a, Strict b) { return Strict{a} + b; }
DEV Strict operator-(double a, Strict b) { return Strict{a} - b; }

/** The upper half of the bits: sign, exponent, 20 bits of the significand. */
DEV int high_word(Strict x) {
  return static_cast<int>(__double_as_longlong(x.v) >> 32);
}

DEV Strict with_high_word(Strict x, int high) {
  const long long low = __double_as_longlong(x.v) & 0xffffffffLL;
  return {__longlong_as_double(static_cast<long long>(high) << 32 | low)};
}

/** ln(x) for normal x > 0. */
DEV double strict_log(double value) {
  constexpr double LN2_HIGH = 6.93147180369123816490e-01;
  constexpr double LN2_LOW = 1.90821492927058770002e-10;
  Strict x{value};
  int high = high_word(x);
  int k = (high >> 20) - 1023;
  high &= 0x000fffff;
  const int up = (high + 0x95f64) & 0x100000;  // above sqrt(2): take x / 2
  x = with_high_word(x, high | (up ^ 0x3ff00000));
  k += up >> 20;
  const Strict f = x - Strict{1.0};
  const Strict dk{static_cast<double>(k)};
  if ((0x000fffff & (2 + high)) < 3) {  // |f| < 2^-20
    if (f.v == 0.0) {
      return k == 0 ? 0.0 : (LN2_HIGH * dk + LN2_LOW * dk).v;
    }
    const Strict r = f * f * (0.5 - 0.33333333333333333 * f);
    return k == 0 ? (f - r).v : (LN2_HIGH * dk - ((r - LN2_LOW * dk) - f)).v;
  }
  const Strict s = f / (2.0 + f);
  const Strict z = s * s;
  const Strict w = z * z;
  const Strict t1 =
      w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + 1.531383769920937332e-01 * w));
  const Strict t2 =
      z * (6.666666666666735130e-01 +
           w * (2.857142874366239149e-01 +
                w * (1.818357216161805012e-01 + 1.479819860511658591e-01 * w)));
  const Strict r = t2 + t1;
  if (((high - 0x6147a) | (0x6b851 - high)) > 0) {
    const Strict half = 0.5 * f * f;
    return k == 0 ? (f - (half - s * (half + r))).v
                  : (LN2_HIGH * dk - ((half - (s * (half + r) + LN2_LOW * dk)) - f)).v;
  }
  return k == 0 ? (f - s * (f - r)).v
                : (LN2_HIGH * dk - ((s * (f - r) - LN2_LOW * dk) - f)).v;
}

/** x = quarter pi / 2 + high + low. */
struct Reduced {
  Strict high, low;
  int quarter;
};

DEV int exponent_gap(int high_of_x, Strict y) {
  return (high_of_x >> 20) - ((high_word(y) >> 20) & 0x7ff);
}

/** Takes quarters of the circle off an angle of [0, 2 pi]. */
DEV Reduced reduce_angle(double angle) {
  constexpr double TWO_OVER_PI = 6.36619772367581382433e-01;
  // pi / 2 in parts of 33 bits; each *_REST is what the parts up to it leave.
  constexpr double FIRST = 1.57079632673412561417e+00;
  constexpr double FIRST_REST = 6.07710050650619224932e-11;
  constexpr double SECOND = 6.07710050630396597660e-11;
  constexpr double SECOND_REST = 2.02226624879595063154e-21;
  constexpr double THIRD = 2.02226624871116645580e-21;
  constexpr double THIRD_REST = 8.47842766036889956997e-32;
  const Strict x{angle};
  const int high = high_word(x);
  if (high <= 0x3fe921fb) {  // up to pi / 4
    return {x, {0.0}, 0};
  }
  if (high < 0x4002d97c) {  // below 3 pi / 4
    Strict z = x - Strict{FIRST};
    Strict rest{FIRST_REST};
    if (high == 0x3ff921fb) {  // near pi / 2
      z = z - Strict{SECOND};
      rest = Strict{SECOND_REST};
    }
    const Strict y = z - rest;
    return {y, (z - y) - rest, 1};
  }
  const int n = static_cast<int>((TWO_OVER_PI * x + Strict{0.5}).v);
  const Strict fn{static_cast<double>(n)};
  Strict r = x - FIRST * fn;
  Strict w = FIRST_REST * fn;
  Strict y = r - w;
  // High words of n pi / 2: near one of them, digits cancel and further parts are needed.
  const int near = n == 1 ? 0x3ff921fb : n == 2 ? 0x400921fb : n == 3 ? 0x4012d97c : 0x401921fb;
  if (high == near && exponent_gap(high, y) > 16) {
    Strict t = r;
    w = SECOND * fn;
    r = t - w;
    w = SECOND_REST * fn - ((t - r) - w);
    y = r - w;
    if (exponent_gap(high, y) > 49) {
      t = r;
      w = THIRD * fn;
      r = t - w;
      w = THIRD_REST * fn - ((t - r) - w);
      y = r - w;
    }
  }
  return {y, (r - y) - w, n};
}

/** sin(x + y) for |x| up to pi / 4; `whole` means y = 0 is known. */
DEV Strict kernel_sin(Strict x, Strict y, bool whole) {
  if ((high_word(x) & 0x7fffffff) < 0x3e400000) {
    return x;
  }
  const Strict z = x * x;
  const Strict v = z * x;
  const Strict r =
      8.33333333332248946124e-03 +
      z * (-1.98412698298579493134e-04 +
           z * (2.75573137070700676789e-06 +
                z * (-2.50507602534068634195e-08 + 1.58969099521155010221e-10 * z)));
  constexpr double S1 = -1.66666666666666324348e-01;
  if (whole) {
    return x + v * (S1 + z * r);
  }
  return x - ((z * (0.5 * y - v * r) - y) - S1 * v);
}

/** cos(x + y) for |x| up to pi / 4. */
DEV Strict kernel_cos(Strict x, Strict y) {
  const int size = high_word(x) & 0x7fffffff;
  if (size < 0x3e400000) {
    return {1.0};
  }
  const Strict z = x * x;
  const Strict r =
      z * (4.16666666666666019037e-02 +
           z * (-1.38888888888741095749e-03 +
                z * (2.48015872894767294178e-05 +
                     z * (-2.75573143513906633035e-07 +
                          z * (2.08757232129817482790e-09 + -1.13596475577881948265e-11 * z)))));
  if (size < 0x3fd33333) {
    return 1.0 - (0.5 * z - (z * r - x * y));
  }
  const Strict q = size > 0x3fe90000
      ? Strict{0.28125}
      : Strict{__longlong_as_double(static_cast<long long>(size - 0x00200000) << 32)};
  const Strict half = 0.5 * z - q;
  return (1.0 - q) - (half - (z * r - x * y));
}

struct SinCos {
  double sin, cos;
};

/** Sine and cosine of an angle of [0, 2 pi]. */
DEV SinCos strict_sincos(double angle) {
  const Reduced reduced = reduce_angle(angle);
  const double s = kernel_sin(reduced.high, reduced.low, reduced.quarter == 0).v;
  const double c = kernel_cos(reduced.high, reduced.low).v;
  switch (reduced.quarter & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}
