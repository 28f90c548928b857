package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getByte;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.UnaryFunction;

/** Element-wise kernels in plain Java, one value at a time. */
final class ScalarElementwise implements Elementwise {
  private final Workers workers;

  ScalarElementwise(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void unary(UnaryFunction f, long x, long y, long n, float p, float q) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            putFloat(y + 4 * i, ScalarFunctions.unary(f, getFloat(x + 4 * i), p, q));
          }
        });
  }

  @Override
  public void unaryGrad(
      UnaryFunction f, long x, long y, long dy, long dx, long n, float p, float q) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long at = 4 * i;
            putFloat(
                dx + at,
                ScalarFunctions.unaryGrad(
                    f, getFloat(x + at), getFloat(y + at), getFloat(dy + at), p, q));
          }
        });
  }

  @Override
  public void binary(
      BinaryFunction f, long a, long[] stridesA, long b, long[] stridesB, long out, long[] sizes) {
    StridedWalk walk = new StridedWalk(sizes, stridesA, stridesB);
    long stepA = 4 * walk.step(0);
    long stepB = 4 * walk.step(1);
    Chunks.run(
        workers,
        walk.total(),
        (from, to) ->
            walk.runs(
                from,
                to,
                (at, position, length) ->
                    binaryRun(
                        f,
                        a + 4 * at[0],
                        stepA,
                        b + 4 * at[1],
                        stepB,
                        out + 4 * position,
                        length)));
  }

  static void binaryRun(
      BinaryFunction f, long a, long stepA, long b, long stepB, long out, long n) {
    for (long i = 0; i < n; i++) {
      putFloat(
          out + 4 * i, ScalarFunctions.binary(f, getFloat(a + i * stepA), getFloat(b + i * stepB)));
    }
  }

  @Override
  public void binaryGrad(
      BinaryFunction f,
      long a,
      long[] stridesA,
      long b,
      long[] stridesB,
      long out,
      long dy,
      long da,
      long db,
      long[] sizes) {
    StridedWalk walk = new StridedWalk(sizes, stridesA, stridesB);
    long stepA = 4 * walk.step(0);
    long stepB = 4 * walk.step(1);
    Chunks.run(
        workers,
        walk.total(),
        (from, to) ->
            walk.runs(
                from,
                to,
                (at, position, length) -> {
                  long dense = 4 * position;
                  binaryGradRun(
                      f,
                      a + 4 * at[0],
                      stepA,
                      b + 4 * at[1],
                      stepB,
                      out + dense,
                      dy + dense,
                      da == 0 ? 0 : da + dense,
                      db == 0 ? 0 : db + dense,
                      length);
                }));
  }

  static void binaryGradRun(
      BinaryFunction f,
      long a,
      long stepA,
      long b,
      long stepB,
      long out,
      long dy,
      long da,
      long db,
      long n) {
    for (long i = 0; i < n; i++) {
      float left = getFloat(a + i * stepA);
      float right = getFloat(b + i * stepB);
      float result = getFloat(out + 4 * i);
      float upstream = getFloat(dy + 4 * i);
      if (da != 0) {
        putFloat(da + 4 * i, ScalarFunctions.binaryGradA(f, left, right, upstream));
      }
      if (db != 0) {
        putFloat(db + 4 * i, ScalarFunctions.binaryGradB(f, left, right, result, upstream));
      }
    }
  }

  @Override
  public void select(
      long c,
      long[] stridesC,
      long a,
      long[] stridesA,
      long b,
      long[] stridesB,
      float constant,
      long out,
      long[] sizes) {
    long[] none = new long[sizes.length];
    StridedWalk walk =
        new StridedWalk(sizes, stridesC, a == 0 ? none : stridesA, b == 0 ? none : stridesB);
    Chunks.run(
        workers,
        walk.total(),
        (from, to) ->
            walk.runs(
                from,
                to,
                (at, position, length) ->
                    selectRun(
                        c + at[0],
                        walk.step(0),
                        a == 0 ? 0 : a + 4 * at[1],
                        4 * walk.step(1),
                        b == 0 ? 0 : b + 4 * at[2],
                        4 * walk.step(2),
                        constant,
                        out + 4 * position,
                        length)));
  }

  static void selectRun(
      long c,
      long stepC,
      long a,
      long stepA,
      long b,
      long stepB,
      float constant,
      long out,
      long n) {
    for (long i = 0; i < n; i++) {
      boolean left = getByte(c + i * stepC) != 0;
      long base = left ? a : b;
      long step = left ? stepA : stepB;
      putFloat(out + 4 * i, base == 0 ? constant : getFloat(base + i * step));
    }
  }

  @Override
  public void scaleAdd(float alpha, long x, float beta, long y, long n) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            float scaled = alpha * getFloat(x + 4 * i);
            putFloat(y + 4 * i, beta == 0 ? scaled : scaled + beta * getFloat(y + 4 * i));
          }
        });
  }

  @Override
  public void fill(long y, long n, float value) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          for (long i = from; i < to; i++) {
            putFloat(y + 4 * i, value);
          }
        });
  }
}
