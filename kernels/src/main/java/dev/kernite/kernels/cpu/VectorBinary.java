package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.BinaryFunction;

/**
 * Binary functions and their gradients along a run. An operand that stays the same along it is read
 * again and again from a vector filled with it. All but pow are exact operations, so the end of a
 * run, computed by the plain twin, has the bits that vectors would give.
 */
final class VectorBinary {
  private VectorBinary() {}

  /** A generated kernel over n values, n a multiple of the vector length. */
  @FunctionalInterface
  private interface Kernel {
    void run(long a, long stepA, long b, long stepB, long out, long n);
  }

  /**
   * Computes {@code out[i] = f(a[i], b[i])}.
   *
   * @param stepA bytes between the values of a: 4, 0, or more for the plain twin
   * @param stepB bytes between the values of b
   */
  static void run(BinaryFunction f, long a, long stepA, long b, long stepB, long out, long n) {
    Kernel kernel =
        switch (f) {
          case ADD -> BinaryKernels::add;
          case SUB -> BinaryKernels::subtract;
          case MUL -> BinaryKernels::multiply;
          case DIV -> BinaryKernels::divide;
          case MAXIMUM -> BinaryKernels::maximum;
          case MINIMUM -> BinaryKernels::minimum;
          case POW -> null;
        };
    long done = kernel == null ? 0 : whole(kernel, a, stepA, b, stepB, out, n);
    ScalarElementwise.binaryRun(
        f, a + done * stepA, stepA, b + done * stepB, stepB, out + 4 * done, n - done);
  }

  /** Adds a dense run of values to another. */
  static void addRun(long source, long target, long n) {
    run(BinaryFunction.ADD, target, 4, source, 4, target, n);
  }

  /** Runs a kernel over whole vectors and returns how many values these are. */
  private static long whole(
      Kernel kernel, long a, long stepA, long b, long stepB, long out, long n) {
    boolean dense = (stepA == 4 || stepA == 0) && (stepB == 4 || stepB == 0);
    if (!dense || n < Lanes.LANES) {
      return 0;
    }
    long room = stepA == 0 || stepB == 0 ? Lanes.padding() : 0;
    long left = stepA == 0 ? filled(room, getFloat(a)) : a;
    long right = stepB == 0 ? filled(room + BYTES, getFloat(b)) : b;
    long whole = Lanes.whole(n);
    kernel.run(left, stepA == 0 ? 0 : BYTES, right, stepB == 0 ? 0 : BYTES, out, whole);
    return whole;
  }

  private static long filled(long room, float value) {
    ReductionKernels.fill(room, Lanes.LANES, value);
    return room;
  }

  /** Computes {@code da[i] = dy[i] df/da}, for any function but pow. */
  static void gradA(
      BinaryFunction f, long a, long stepA, long b, long stepB, long dy, long da, long n) {
    switch (f) {
      case ADD, SUB -> RawMemory.copy(dy, da, 4 * n);
      case MUL -> run(BinaryFunction.MUL, dy, 4, b, stepB, da, n);
      case DIV -> run(BinaryFunction.DIV, dy, 4, b, stepB, da, n);
      case MAXIMUM -> unlessLess(a, stepA, b, stepB, dy, da, n);
      case MINIMUM -> unlessLess(b, stepB, a, stepA, dy, da, n);
      case POW -> throw new AssertionError(f);
    }
  }

  /** Computes {@code db[i] = dy[i] df/db}, given also out = f(a, b), for any function but pow. */
  static void gradB(
      BinaryFunction f,
      long a,
      long stepA,
      long b,
      long stepB,
      long out,
      long dy,
      long db,
      long n) {
    switch (f) {
      case ADD -> RawMemory.copy(dy, db, 4 * n);
      case SUB -> Lanes.map(AlgebraKernels::negate, dy, db, n);
      case MUL -> run(BinaryFunction.MUL, dy, 4, a, stepA, db, n);
      case DIV -> divisor(out, b, stepB, dy, db, n);
      case MAXIMUM -> unlessLess(b, stepB, a, stepA, dy, db, n);
      case MINIMUM -> unlessLess(a, stepA, b, stepB, dy, db, n);
      case POW -> throw new AssertionError(f);
    }
  }

  /** dx = dy, but 0 where {@code x < other} and half of it where they are equal. */
  private static void unlessLess(
      long x, long step, long other, long stepOther, long dy, long dx, long n) {
    Kernel kernel =
        (a, stepA, b, stepB, out, m) -> BinaryKernels.extremeGrad(a, stepA, b, stepB, dy, out, m);
    for (long i = whole(kernel, x, step, other, stepOther, dx, n); i < n; i++) {
      float value = getFloat(x + i * step);
      float against = getFloat(other + i * stepOther);
      float upstream = getFloat(dy + 4 * i);
      putFloat(
          dx + 4 * i,
          ScalarFunctions.binaryGradA(BinaryFunction.MAXIMUM, value, against, upstream));
    }
  }

  /** db = -dy (out / b). */
  private static void divisor(long out, long b, long stepB, long dy, long db, long n) {
    Kernel kernel =
        (x, stepX, y, stepY, to, m) -> BinaryKernels.divisorGrad(x, stepX, y, stepY, dy, to, m);
    for (long i = whole(kernel, out, 4, b, stepB, db, n); i < n; i++) {
      float quotient = getFloat(out + 4 * i) / getFloat(b + i * stepB);
      putFloat(db + 4 * i, -getFloat(dy + 4 * i) * quotient);
    }
  }

  /**
   * Computes {@code out[i] = c[i] != 0 ? a[i] : b[i]}.
   *
   * @param c bytes
   * @param stepC bytes from one to the next
   * @param a values, or 0 for the constant
   * @param stepA bytes from one to the next, 0 for the constant
   * @param b likewise
   */
  static void select(
      long c,
      long stepC,
      long a,
      long stepA,
      long b,
      long stepB,
      float constant,
      long out,
      long n) {
    boolean vectors =
        Lanes.B != null
            && stepC == 1
            && n >= Lanes.LANES
            && (stepA == 4 || stepA == 0)
            && (stepB == 4 || stepB == 0);
    long whole = vectors ? Lanes.whole(n) : 0;
    if (vectors) {
      long room = Lanes.padding();
      long left = stepA == 0 ? filled(room, a == 0 ? constant : getFloat(a)) : a;
      long right = stepB == 0 ? filled(room + BYTES, b == 0 ? constant : getFloat(b)) : b;
      SelectKernels.select(c, left, stepA, right, stepB, out, whole);
    }
    ScalarElementwise.selectRun(
        c + whole * stepC,
        stepC,
        a == 0 ? 0 : a + whole * stepA,
        stepA,
        b == 0 ? 0 : b + whole * stepB,
        stepB,
        constant,
        out + 4 * whole,
        n - whole);
  }
}
