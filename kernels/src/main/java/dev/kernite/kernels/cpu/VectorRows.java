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
import static dev.kernite.kernels.cpu.Exponential.LOWEST;
import static dev.kernite.kernels.cpu.Exponential.ONE;
import static dev.kernite.kernels.cpu.Exponential.ROUNDER;
import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.LANES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Sums and extremes of contiguous rows of any length. Lanes add up at most {@value #BLOCK} values
 * in float32; the sums of blocks are added in float64, so the error does not grow with the row.
 */
final class VectorRows {
  private static final long BLOCK = 4096;

  private VectorRows() {}

  /** Largest value, NaN if there is one, -infinity of nothing. */
  static float max(long x, long n) {
    long whole = Lanes.whole(n);
    FloatVector a = broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector b = broadcast(S, Float.NEGATIVE_INFINITY);
    long i = 0;
    for (; i + 2 * LANES <= whole; i += 2 * LANES) {
      a = a.max(fromMemorySegment(S, ALL, x + 4 * i, LITTLE));
      b = b.max(fromMemorySegment(S, ALL, x + 4 * i + BYTES, LITTLE));
    }
    if (i < whole) {
      a = a.max(fromMemorySegment(S, ALL, x + 4 * i, LITTLE));
    }
    float max = a.max(b).reduceLanes(VectorOperators.MAX);
    for (i = whole; i < n; i++) {
      max = Math.max(max, getFloat(x + 4 * i));
    }
    return max;
  }

  /** Smallest value, NaN if there is one, infinity of nothing. */
  static float min(long x, long n) {
    long whole = Lanes.whole(n);
    FloatVector a = broadcast(S, Float.POSITIVE_INFINITY);
    FloatVector b = broadcast(S, Float.POSITIVE_INFINITY);
    long i = 0;
    for (; i + 2 * LANES <= whole; i += 2 * LANES) {
      a = a.min(fromMemorySegment(S, ALL, x + 4 * i, LITTLE));
      b = b.min(fromMemorySegment(S, ALL, x + 4 * i + BYTES, LITTLE));
    }
    if (i < whole) {
      a = a.min(fromMemorySegment(S, ALL, x + 4 * i, LITTLE));
    }
    float min = a.min(b).reduceLanes(VectorOperators.MIN);
    for (i = whole; i < n; i++) {
      min = Math.min(min, getFloat(x + 4 * i));
    }
    return min;
  }

  /** Sum of the values. */
  static double sum(long x, long n) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += sumBlock(x + 4 * at, Math.min(BLOCK, n - at));
    }
    return total;
  }

  private static float sumBlock(long x, long n) {
    long whole = Lanes.whole(n);
    FloatVector a = broadcast(S, 0f);
    FloatVector b = broadcast(S, 0f);
    FloatVector c = broadcast(S, 0f);
    FloatVector d = broadcast(S, 0f);
    long i = 0;
    for (; i + 4 * LANES <= whole; i += 4 * LANES) {
      a = a.add(fromMemorySegment(S, ALL, x + 4 * i, LITTLE));
      b = b.add(fromMemorySegment(S, ALL, x + 4 * i + BYTES, LITTLE));
      c = c.add(fromMemorySegment(S, ALL, x + 4 * i + 2 * BYTES, LITTLE));
      d = d.add(fromMemorySegment(S, ALL, x + 4 * i + 3 * BYTES, LITTLE));
    }
    for (; i < whole; i += LANES) {
      a = a.add(fromMemorySegment(S, ALL, x + 4 * i, LITTLE));
    }
    float sum = Lanes.sum(a.add(b).add(c.add(d)));
    for (; i < n; i++) {
      sum += getFloat(x + 4 * i);
    }
    return sum;
  }

  /** Sum of x - shift. */
  static double sumShifted(long x, long n, float shift) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += sumShiftedBlock(x + 4 * at, Math.min(BLOCK, n - at), shift);
    }
    return total;
  }

  private static float sumShiftedBlock(long x, long n, float shift) {
    long whole = Lanes.whole(n);
    FloatVector a = broadcast(S, 0f);
    FloatVector b = broadcast(S, 0f);
    FloatVector c = broadcast(S, 0f);
    FloatVector d = broadcast(S, 0f);
    long i = 0;
    for (; i + 4 * LANES <= whole; i += 4 * LANES) {
      a = a.add(fromMemorySegment(S, ALL, x + 4 * i, LITTLE).sub(shift));
      b = b.add(fromMemorySegment(S, ALL, x + 4 * i + BYTES, LITTLE).sub(shift));
      c = c.add(fromMemorySegment(S, ALL, x + 4 * i + 2 * BYTES, LITTLE).sub(shift));
      d = d.add(fromMemorySegment(S, ALL, x + 4 * i + 3 * BYTES, LITTLE).sub(shift));
    }
    for (; i < whole; i += LANES) {
      a = a.add(fromMemorySegment(S, ALL, x + 4 * i, LITTLE).sub(shift));
    }
    float sum = Lanes.sum(a.add(b).add(c.add(d)));
    for (; i < n; i++) {
      sum += getFloat(x + 4 * i) - shift;
    }
    return sum;
  }

  /** Sum of (x - centre)^2. */
  static double squares(long x, long n, float centre) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += squaresBlock(x + 4 * at, Math.min(BLOCK, n - at), centre);
    }
    return total;
  }

  private static float squaresBlock(long x, long n, float centre) {
    long whole = Lanes.whole(n);
    FloatVector a = broadcast(S, 0f);
    FloatVector b = broadcast(S, 0f);
    FloatVector c = broadcast(S, 0f);
    FloatVector d = broadcast(S, 0f);
    long i = 0;
    for (; i + 4 * LANES <= whole; i += 4 * LANES) {
      FloatVector p = fromMemorySegment(S, ALL, x + 4 * i, LITTLE).sub(centre);
      a = p.fma(p, a);
      FloatVector q = fromMemorySegment(S, ALL, x + 4 * i + BYTES, LITTLE).sub(centre);
      b = q.fma(q, b);
      FloatVector r = fromMemorySegment(S, ALL, x + 4 * i + 2 * BYTES, LITTLE).sub(centre);
      c = r.fma(r, c);
      FloatVector s = fromMemorySegment(S, ALL, x + 4 * i + 3 * BYTES, LITTLE).sub(centre);
      d = s.fma(s, d);
    }
    for (; i < whole; i += LANES) {
      FloatVector p = fromMemorySegment(S, ALL, x + 4 * i, LITTLE).sub(centre);
      a = p.fma(p, a);
    }
    float sum = Lanes.sum(a.add(b).add(c.add(d)));
    for (; i < n; i++) {
      float distance = getFloat(x + 4 * i) - centre;
      sum += distance * distance;
    }
    return sum;
  }

  /** Sum of x y. */
  static double dot(long x, long y, long n) {
    double total = 0;
    for (long at = 0; at < n; at += BLOCK) {
      total += dotBlock(x + 4 * at, y + 4 * at, Math.min(BLOCK, n - at));
    }
    return total;
  }

  private static float dotBlock(long x, long y, long n) {
    long whole = Lanes.whole(n);
    FloatVector a = broadcast(S, 0f);
    FloatVector b = broadcast(S, 0f);
    FloatVector c = broadcast(S, 0f);
    FloatVector d = broadcast(S, 0f);
    long i = 0;
    for (; i + 4 * LANES <= whole; i += 4 * LANES) {
      a =
          fromMemorySegment(S, ALL, x + 4 * i, LITTLE)
              .fma(fromMemorySegment(S, ALL, y + 4 * i, LITTLE), a);
      b =
          fromMemorySegment(S, ALL, x + 4 * i + BYTES, LITTLE)
              .fma(fromMemorySegment(S, ALL, y + 4 * i + BYTES, LITTLE), b);
      c =
          fromMemorySegment(S, ALL, x + 4 * i + 2 * BYTES, LITTLE)
              .fma(fromMemorySegment(S, ALL, y + 4 * i + 2 * BYTES, LITTLE), c);
      d =
          fromMemorySegment(S, ALL, x + 4 * i + 3 * BYTES, LITTLE)
              .fma(fromMemorySegment(S, ALL, y + 4 * i + 3 * BYTES, LITTLE), d);
    }
    for (; i < whole; i += LANES) {
      a =
          fromMemorySegment(S, ALL, x + 4 * i, LITTLE)
              .fma(fromMemorySegment(S, ALL, y + 4 * i, LITTLE), a);
    }
    float sum = Lanes.sum(a.add(b).add(c.add(d)));
    for (; i < n; i++) {
      sum += getFloat(x + 4 * i) * getFloat(y + 4 * i);
    }
    return sum;
  }

  /** Sum of exp(x - shift); x &lt;= shift. */
  static double sumExp(long from, long n, float shift) {
    double total = 0;
    long whole = Lanes.whole(n);
    for (long at = 0; at < whole; at += BLOCK) {
      total += sumExpBlock(from + 4 * at, Math.min(BLOCK, whole - at), shift);
    }
    if (whole < n) {
      long room = Lanes.padding();
      Lanes.pad(from + 4 * whole, n - whole, room, Float.NEGATIVE_INFINITY);
      total += sumExpBlock(room, LANES, shift);
    }
    return total;
  }

  private static float sumExpBlock(long from, long n, float shift) {
    FloatVector sum = broadcast(S, 0f);
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE).sub(shift);
      var below = x.compare(LT, LOWEST);
      FloatVector w = x.blend(LOWEST, below);
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
      e = e.blend(0f, below);
      sum = sum.add(e);
    }
    return Lanes.sum(sum);
  }

  /** Stores exp(x - shift) and returns its sum; x &lt;= shift. */
  static double storeExp(long from, long to, long n, float shift) {
    double total = 0;
    long whole = Lanes.whole(n);
    for (long at = 0; at < whole; at += BLOCK) {
      total += storeExpBlock(from + 4 * at, to + 4 * at, Math.min(BLOCK, whole - at), shift);
    }
    if (whole < n) {
      long room = Lanes.padding();
      Lanes.pad(from + 4 * whole, n - whole, room, Float.NEGATIVE_INFINITY);
      total += storeExpBlock(room, room + BYTES, LANES, shift);
      RawMemory.copy(room + BYTES, to + 4 * whole, 4 * (n - whole));
    }
    return total;
  }

  private static float storeExpBlock(long from, long to, long n, float shift) {
    FloatVector sum = broadcast(S, 0f);
    for (long i = 0; i < 4 * n; i += BYTES) {
      FloatVector x = fromMemorySegment(S, ALL, from + i, LITTLE).sub(shift);
      var below = x.compare(LT, LOWEST);
      FloatVector w = x.blend(LOWEST, below);
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
      e = e.blend(0f, below);
      e.intoMemorySegment(ALL, to + i, LITTLE);
      sum = sum.add(e);
    }
    return Lanes.sum(sum);
  }

  /** y = factor x. */
  static void scale(long x, long y, long n, float factor) {
    long whole = Lanes.whole(n);
    for (long i = 0; i < 4 * whole; i += BYTES) {
      fromMemorySegment(S, ALL, x + i, LITTLE).mul(factor).intoMemorySegment(ALL, y + i, LITTLE);
    }
    for (long i = whole; i < n; i++) {
      putFloat(y + 4 * i, getFloat(x + 4 * i) * factor);
    }
  }
}
