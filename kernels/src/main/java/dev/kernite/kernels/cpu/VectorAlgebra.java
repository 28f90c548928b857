package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;

/**
 * Functions of a few exact operations, and their derivatives; n is a multiple of the vector length.
 * Comparisons with NaN are false, so that NaN takes the branch that keeps it.
 */
final class VectorAlgebra {
  private VectorAlgebra() {}

  /** y = max(x, 0). */
  static void relu(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x.blend(0f, x.compare(LE, 0f)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = x where x &gt;= 0, else p x. */
  static void leakyRelu(long from, long to, long n, float p) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x.mul(p).blend(x, x.compare(GE, 0f)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = min(max(x, p), q), for p &lt;= q. */
  static void clamp(long from, long to, long n, float p, float q) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x.blend(p, x.compare(LT, p))
          .blend(q, x.compare(GT, q))
          .intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = sqrt(x). */
  static void sqrt(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x.sqrt().intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = 1 / sqrt(x). */
  static void rsqrt(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      broadcast(S, 1f).div(x.sqrt()).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = 1 / x. */
  static void reciprocal(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      broadcast(S, 1f).div(x).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = x x. */
  static void square(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x.mul(x).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = |x|. */
  static void abs(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x.abs().intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** y = -x. */
  static void negate(long from, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      x.neg().intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy where not x &lt;= 0, else 0. */
  static void reluGrad(long from, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.blend(0f, x.compare(LE, 0f)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy where x &gt; 0, else p dy. */
  static void leakyReluGrad(long from, long upstream, long to, long n, float p) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.mul(p).blend(dy, x.compare(GT, 0f)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy where p &lt;= x &lt;= q, else 0. */
  static void clampGrad(long from, long upstream, long to, long n, float p, float q) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      broadcast(S, 0f)
          .blend(dy, x.compare(GE, p).and(x.compare(LE, q)))
          .intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = 2 x dy. */
  static void squareGrad(long from, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.mul(x.add(x)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy sign(x). */
  static void absGrad(long from, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.neg()
          .blend(dy, x.compare(GT, 0f))
          .blend(dy.mul(x), x.compare(EQ, 0f).or(x.compare(NE, x)))
          .intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy / x. */
  static void logGrad(long from, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.div(x).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy (1 - y) y. */
  static void sigmoidGrad(long result, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector y = fromMemorySegment(S, ALL, result + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.mul(broadcast(S, 1f).sub(y)).mul(y).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy (1 - y^2). */
  static void tanhGrad(long result, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector y = fromMemorySegment(S, ALL, result + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.mul(broadcast(S, 1f).sub(y.mul(y))).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy y. */
  static void expGrad(long result, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector y = fromMemorySegment(S, ALL, result + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.mul(y).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = dy / (2 y). */
  static void sqrtGrad(long result, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector y = fromMemorySegment(S, ALL, result + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.div(y.add(y)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = -dy y^3 / 2. */
  static void rsqrtGrad(long result, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector y = fromMemorySegment(S, ALL, result + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.mul(-0.5f).mul(y.mul(y).mul(y)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }

  /** dx = -dy y^2. */
  static void reciprocalGrad(long result, long upstream, long to, long n) {
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector y = fromMemorySegment(S, ALL, result + i, LITTLE);
      FloatVector dy = fromMemorySegment(S, ALL, upstream + i, LITTLE);
      dy.neg().mul(y.mul(y)).intoMemorySegment(ALL, to + i, LITTLE);
    }
  }
}
