package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.kernite.kernels.BinaryFunction;
import jdk.incubator.vector.FloatVector;

/**
 * Binary functions along a run. An operand that stays the same along it is read again and again
 * from a vector filled with it. All but pow are exact operations, so the end of a run, computed by
 * the plain twin, has the bits that vectors would give.
 */
final class VectorBinary {
  private VectorBinary() {}

  /**
   * Computes {@code out[i] = f(a[i], b[i])}.
   *
   * @param stepA bytes between the values of a: 4, 0, or more for the plain twin
   * @param stepB bytes between the values of b
   */
  static void run(BinaryFunction f, long a, long stepA, long b, long stepB, long out, long n) {
    boolean vectors =
        f != BinaryFunction.POW
            && n >= Lanes.LANES
            && (stepA == 4 || stepA == 0)
            && (stepB == 4 || stepB == 0);
    long whole = vectors ? Lanes.whole(n) : 0;
    if (vectors) {
      long room = stepA == 0 || stepB == 0 ? Lanes.padding() : 0;
      long left = stepA == 0 ? filled(room, getFloat(a)) : a;
      long right = stepB == 0 ? filled(room + BYTES, getFloat(b)) : b;
      long strideA = stepA == 0 ? 0 : BYTES;
      long strideB = stepB == 0 ? 0 : BYTES;
      switch (f) {
        case ADD -> add(left, strideA, right, strideB, out, whole);
        case SUB -> subtract(left, strideA, right, strideB, out, whole);
        case MUL -> multiply(left, strideA, right, strideB, out, whole);
        case DIV -> divide(left, strideA, right, strideB, out, whole);
        case MAXIMUM -> maximum(left, strideA, right, strideB, out, whole);
        case MINIMUM -> minimum(left, strideA, right, strideB, out, whole);
        case POW -> throw new AssertionError(f);
      }
    }
    ScalarElementwise.binaryRun(
        f, a + whole * stepA, stepA, b + whole * stepB, stepB, out + 4 * whole, n - whole);
  }

  private static long filled(long room, float value) {
    FloatVector.broadcast(S, value).intoMemorySegment(ALL, room, LITTLE);
    return room;
  }

  private static void add(long a, long stepA, long b, long stepB, long out, long n) {
    for (long i = 0; i < 4 * n; i += BYTES, a += stepA, b += stepB) {
      fromMemorySegment(S, ALL, a, LITTLE)
          .add(fromMemorySegment(S, ALL, b, LITTLE))
          .intoMemorySegment(ALL, out + i, LITTLE);
    }
  }

  private static void subtract(long a, long stepA, long b, long stepB, long out, long n) {
    for (long i = 0; i < 4 * n; i += BYTES, a += stepA, b += stepB) {
      fromMemorySegment(S, ALL, a, LITTLE)
          .sub(fromMemorySegment(S, ALL, b, LITTLE))
          .intoMemorySegment(ALL, out + i, LITTLE);
    }
  }

  private static void multiply(long a, long stepA, long b, long stepB, long out, long n) {
    for (long i = 0; i < 4 * n; i += BYTES, a += stepA, b += stepB) {
      fromMemorySegment(S, ALL, a, LITTLE)
          .mul(fromMemorySegment(S, ALL, b, LITTLE))
          .intoMemorySegment(ALL, out + i, LITTLE);
    }
  }

  private static void divide(long a, long stepA, long b, long stepB, long out, long n) {
    for (long i = 0; i < 4 * n; i += BYTES, a += stepA, b += stepB) {
      fromMemorySegment(S, ALL, a, LITTLE)
          .div(fromMemorySegment(S, ALL, b, LITTLE))
          .intoMemorySegment(ALL, out + i, LITTLE);
    }
  }

  private static void maximum(long a, long stepA, long b, long stepB, long out, long n) {
    for (long i = 0; i < 4 * n; i += BYTES, a += stepA, b += stepB) {
      fromMemorySegment(S, ALL, a, LITTLE)
          .max(fromMemorySegment(S, ALL, b, LITTLE))
          .intoMemorySegment(ALL, out + i, LITTLE);
    }
  }

  private static void minimum(long a, long stepA, long b, long stepB, long out, long n) {
    for (long i = 0; i < 4 * n; i += BYTES, a += stepA, b += stepB) {
      fromMemorySegment(S, ALL, a, LITTLE)
          .min(fromMemorySegment(S, ALL, b, LITTLE))
          .intoMemorySegment(ALL, out + i, LITTLE);
    }
  }
}
