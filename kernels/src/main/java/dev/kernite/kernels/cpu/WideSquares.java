package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Sums of squares in float64, where the squares of all float32 values are exact and finite. */
final class WideSquares {
  private static final VectorSpecies<Double> WIDE = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));
  private static final int LANES = WIDE.length();
  private static final long BYTES = HALF.vectorByteSize();

  private WideSquares() {}

  /** Sum of the squares of n float32 values, lanes first, then in order. */
  static double sum(long x, long n) {
    long whole = n - n % (2 * LANES);
    DoubleVector a = DoubleVector.broadcast(WIDE, 0);
    DoubleVector b = DoubleVector.broadcast(WIDE, 0);
    for (long i = 0; i < 4 * whole; i += 2 * BYTES) {
      DoubleVector p =
          (DoubleVector)
              FloatVector.fromMemorySegment(HALF, ALL, x + i, LITTLE)
                  .convertShape(VectorOperators.F2D, WIDE, 0);
      DoubleVector q =
          (DoubleVector)
              FloatVector.fromMemorySegment(HALF, ALL, x + i + BYTES, LITTLE)
                  .convertShape(VectorOperators.F2D, WIDE, 0);
      a = p.fma(p, a);
      b = q.fma(q, b);
    }
    double total = 0;
    for (double lane : a.add(b).toDoubleArray()) {
      total += lane;
    }
    for (long i = whole; i < n; i++) {
      double value = getFloat(x + 4 * i);
      total += value * value;
    }
    return total;
  }
}
