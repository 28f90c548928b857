package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Exponential.E2;
import static dev.kernite.kernels.cpu.Exponential.E3;
import static dev.kernite.kernels.cpu.Exponential.E4;
import static dev.kernite.kernels.cpu.Exponential.E5;
import static dev.kernite.kernels.cpu.Exponential.E6;
import static dev.kernite.kernels.cpu.Exponential.E7;
import static dev.kernite.kernels.cpu.Exponential.LN2_HIGH;
import static dev.kernite.kernels.cpu.Exponential.LN2_LOW;
import static dev.kernite.kernels.cpu.Exponential.LOG2_E;
import static dev.kernite.kernels.cpu.Exponential.ONE;
import static dev.kernite.kernels.cpu.Exponential.ROUNDER;
import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** The Gaussian error linear units and their derivatives; n is a multiple of the vector length. */
final class VectorGelu {
  // 2 sqrt(2 / pi) (x + 0.044715 x^3) = x (A + B x^2), whose derivative is A + 3 B x^2
  private static final float A = 1.5957691216f;
  private static final float B = 0.0713548163f;
  private static final float B_3 = 0.2140644488f;

  /** Where the tanh form is x or 0 in float32. */
  private static final float FAR_TANH = 10;

  /** Where the normal distribution's tail is 0 in float32. */
  private static final float FAR_ERF = 13.2f;

  private static final float ONE_OVER_SQRT_2PI = 0.39894228f;

  // The normal tail as e^(-x^2 / 2) u (Q1 + Q2 u + ... + Q9 u^8), u = 1 / (1 + x / 4), for 0 <= x
  // <=
  // 13.2: a minimax fit to erfc(x / sqrt(2)) / 2, relative error 4e-8 before rounding.
  private static final float Q1 = 9.9817902e-2f;
  private static final float Q2 = 9.8180570e-2f;
  private static final float Q3 = 1.0607673e-1f;
  private static final float Q4 = 2.4042450e-2f;
  private static final float Q5 = 2.2219241e-1f;
  private static final float Q6 = -2.3486388e-1f;
  private static final float Q7 = 3.2118767e-1f;
  private static final float Q8 = -1.6479976e-1f;
  private static final float Q9 = 2.8165897e-2f;

  private VectorGelu() {}

  /** y = x / (1 + exp(-2 sqrt(2 / pi) (x + 0.044715 x^3))), which is the tanh form. */
  static void tanhForm(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      var below = x.compare(LT, -FAR_TANH);
      FloatVector c = x.blend(-FAR_TANH, below);
      c = c.blend(FAR_TANH, c.compare(GT, FAR_TANH));
      FloatVector w = c.mul(c).fma(broadcast(S, -B), broadcast(S, -A)).mul(c);
      FloatVector t = w.fma(broadcast(S, LOG2_E), broadcast(S, ROUNDER));
      FloatVector k = t.sub(ROUNDER);
      FloatVector r = k.fma(broadcast(S, -LN2_HIGH), w);
      r = k.fma(broadcast(S, -LN2_LOW), r);
      FloatVector e = broadcast(S, E7).fma(r, broadcast(S, E6));
      e = e.fma(r, broadcast(S, E5));
      e = e.fma(r, broadcast(S, E4));
      e = e.fma(r, broadcast(S, E3));
      e = e.fma(r, broadcast(S, E2));
      e = e.fma(r.mul(r), r).add(1f);
      e = e.mul(t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE).reinterpretAsFloats());
      FloatVector s = broadcast(S, 1f).div(e.add(1f)).blend(0f, below);
      x.mul(s).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy (s + x s (1 - s) w'), s = 1 / (1 + exp(-w)), w = 2 sqrt(2 / pi) (x + 0.044715 x^3). */
  static void tanhFormGrad(long from, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x = x.blend(-FAR_TANH, x.compare(LT, -FAR_TANH));
      x = x.blend(FAR_TANH, x.compare(GT, FAR_TANH));
      FloatVector square = x.mul(x);
      FloatVector w = square.fma(broadcast(S, -B), broadcast(S, -A)).mul(x);
      FloatVector t = w.fma(broadcast(S, LOG2_E), broadcast(S, ROUNDER));
      FloatVector k = t.sub(ROUNDER);
      FloatVector r = k.fma(broadcast(S, -LN2_HIGH), w);
      r = k.fma(broadcast(S, -LN2_LOW), r);
      FloatVector e = broadcast(S, E7).fma(r, broadcast(S, E6));
      e = e.fma(r, broadcast(S, E5));
      e = e.fma(r, broadcast(S, E4));
      e = e.fma(r, broadcast(S, E3));
      e = e.fma(r, broadcast(S, E2));
      e = e.fma(r.mul(r), r).add(1f);
      e = e.mul(t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE).reinterpretAsFloats());
      FloatVector s = broadcast(S, 1f).div(e.add(1f));
      FloatVector slope = square.fma(broadcast(S, B_3), broadcast(S, A));
      FloatVector d = slope.mul(x).mul(e.mul(s)).fma(s, s); // 1 - s = e s
      d.mul(fromMemorySegment(S, ALL, upstream + i, LITTLE)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = x Phi(x), Phi the normal distribution function. */
  static void erfForm(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector size = x.abs();
      size = size.blend(FAR_ERF, size.compare(GT, FAR_ERF));
      FloatVector square = size.mul(size);
      FloatVector lost = size.fma(size, square.neg()); // what rounding took from the square
      FloatVector w = square.mul(-0.5f);
      FloatVector t = w.fma(broadcast(S, LOG2_E), broadcast(S, ROUNDER));
      FloatVector k = t.sub(ROUNDER);
      FloatVector r = k.fma(broadcast(S, -LN2_HIGH), w);
      r = k.fma(broadcast(S, -LN2_LOW), r);
      FloatVector e = broadcast(S, E7).fma(r, broadcast(S, E6));
      e = e.fma(r, broadcast(S, E5));
      e = e.fma(r, broadcast(S, E4));
      e = e.fma(r, broadcast(S, E3));
      e = e.fma(r, broadcast(S, E2));
      e = e.fma(r.mul(r), r).add(1f);
      e = e.mul(t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE).reinterpretAsFloats());
      e = e.sub(e.mul(lost.mul(0.5f)));
      FloatVector u = broadcast(S, 1f).div(size.fma(broadcast(S, 0.25f), broadcast(S, 1f)));
      FloatVector tail = broadcast(S, Q9).fma(u, broadcast(S, Q8));
      tail = tail.fma(u, broadcast(S, Q7));
      tail = tail.fma(u, broadcast(S, Q6));
      tail = tail.fma(u, broadcast(S, Q5));
      tail = tail.fma(u, broadcast(S, Q4));
      tail = tail.fma(u, broadcast(S, Q3));
      tail = tail.fma(u, broadcast(S, Q2));
      tail = tail.fma(u, broadcast(S, Q1));
      tail = tail.mul(u).mul(e); // the normal distribution's upper tail at |x|
      tail = tail.blend(0f, x.abs().compare(GT, FAR_ERF));
      FloatVector phi = broadcast(S, 1f).sub(tail).blend(tail, x.compare(LT, 0f));
      x.mul(phi).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy (Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi)). */
  static void erfFormGrad(long from, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x = x.blend(-FAR_ERF, x.compare(LT, -FAR_ERF));
      x = x.blend(FAR_ERF, x.compare(GT, FAR_ERF));
      FloatVector size = x.abs();
      size = size.blend(FAR_ERF, size.compare(GT, FAR_ERF));
      FloatVector square = size.mul(size);
      FloatVector lost = size.fma(size, square.neg()); // what rounding took from the square
      FloatVector w = square.mul(-0.5f);
      FloatVector t = w.fma(broadcast(S, LOG2_E), broadcast(S, ROUNDER));
      FloatVector k = t.sub(ROUNDER);
      FloatVector r = k.fma(broadcast(S, -LN2_HIGH), w);
      r = k.fma(broadcast(S, -LN2_LOW), r);
      FloatVector e = broadcast(S, E7).fma(r, broadcast(S, E6));
      e = e.fma(r, broadcast(S, E5));
      e = e.fma(r, broadcast(S, E4));
      e = e.fma(r, broadcast(S, E3));
      e = e.fma(r, broadcast(S, E2));
      e = e.fma(r.mul(r), r).add(1f);
      e = e.mul(t.reinterpretAsInts().lanewise(LSHL, 23).add(ONE).reinterpretAsFloats());
      e = e.sub(e.mul(lost.mul(0.5f)));
      FloatVector u = broadcast(S, 1f).div(size.fma(broadcast(S, 0.25f), broadcast(S, 1f)));
      FloatVector tail = broadcast(S, Q9).fma(u, broadcast(S, Q8));
      tail = tail.fma(u, broadcast(S, Q7));
      tail = tail.fma(u, broadcast(S, Q6));
      tail = tail.fma(u, broadcast(S, Q5));
      tail = tail.fma(u, broadcast(S, Q4));
      tail = tail.fma(u, broadcast(S, Q3));
      tail = tail.fma(u, broadcast(S, Q2));
      tail = tail.fma(u, broadcast(S, Q1));
      tail = tail.mul(u).mul(e); // the normal distribution's upper tail at |x|
      FloatVector phi = broadcast(S, 1f).sub(tail).blend(tail, x.compare(LT, 0f));
      FloatVector d = x.mul(e).fma(broadcast(S, ONE_OVER_SQRT_2PI), phi);
      d.mul(fromMemorySegment(S, ALL, upstream + i, LITTLE)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }
}
