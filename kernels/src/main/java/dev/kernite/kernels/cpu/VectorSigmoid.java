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
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/**
 * Functions made of one exponential, and their derivatives; n is a multiple of the vector length.
 */
final class VectorSigmoid {
  /** Where a sigmoid is 0 or 1 in float32, but for subnormals. */
  private static final float FAR = 87;

  /** Where tanh is 1 in float32. */
  private static final float FAR_TANH = 9.1f;

  /** Below it tanh is a polynomial (Cephes, Moshier 1992): the quotient would cancel. */
  private static final float NEAR_TANH = 0.625f;

  /** exp is 0 below, infinite above. */
  private static final float LOWEST_EXP = -104;

  private static final float HIGHEST_EXP = 89;
  private static final int ROUNDER_BITS = 0x4b40_0000;
  private static final int BIAS = 127;

  private VectorSigmoid() {}

  /** y = 1 / (1 + e^-x). */
  static void sigmoid(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      var below = x.compare(LT, -FAR);
      FloatVector w = x.blend(-FAR, below);
      w = w.blend(FAR, w.compare(GT, FAR)).neg();
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
      broadcast(S, 1f).div(e.add(1f)).blend(0f, below).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = x / (1 + e^-x). */
  static void silu(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      var below = x.compare(LT, -FAR);
      FloatVector w = x.blend(-FAR, below);
      w = w.blend(FAR, w.compare(GT, FAR)).neg();
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

  /** dx = dy s (1 + x (1 - s)), s = 1 / (1 + e^-x). */
  static void siluGrad(long from, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x = x.blend(-FAR, x.compare(LT, -FAR));
      x = x.blend(FAR, x.compare(GT, FAR));
      FloatVector w = x.neg();
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
      FloatVector d = x.mul(e.mul(s)).fma(s, s); // 1 - s = e s
      d.mul(fromMemorySegment(S, ALL, upstream + i, LITTLE)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = tanh(x) = 1 - 2 / (e^(2 x) + 1). */
  static void tanh(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector c = x.blend(-FAR_TANH, x.compare(LT, -FAR_TANH));
      c = c.blend(FAR_TANH, c.compare(GT, FAR_TANH));
      FloatVector w = c.add(c);
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
      FloatVector far = broadcast(S, 1f).sub(broadcast(S, 2f).div(e.add(1f)));
      FloatVector square = c.mul(c);
      FloatVector near =
          broadcast(S, -5.70498872745e-3f).fma(square, broadcast(S, 2.06390887954e-2f));
      near = near.fma(square, broadcast(S, -5.37397155531e-2f));
      near = near.fma(square, broadcast(S, 1.33314422036e-1f));
      near = near.fma(square, broadcast(S, -3.33332819422e-1f));
      near = near.mul(square).fma(x, x);
      far.blend(near, x.abs().compare(LT, NEAR_TANH)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = e^x, over the whole range: 2^k in two factors, for subnormal results. */
  static void exp(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector w = fromMemorySegment(S, ALL, from + i, LITTLE);
      w = w.blend(LOWEST_EXP, w.compare(LT, LOWEST_EXP));
      w = w.blend(HIGHEST_EXP, w.compare(GT, HIGHEST_EXP));
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
      var power = t.reinterpretAsInts().sub(ROUNDER_BITS);
      var half = power.lanewise(ASHR, 1);
      e = e.mul(half.add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats());
      e = e.mul(power.sub(half).add(BIAS).lanewise(LSHL, 23).reinterpretAsFloats());
      e.intoMemorySegment(ALL, to + i, LITTLE);
    }
  }
}
