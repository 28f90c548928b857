package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.UnaryFunction;
import jdk.incubator.vector.FloatVector;

/**
 * Element-wise kernels on vectors; rare functions go to the plain twin. A value's result does not
 * depend on its position, so a batch gives the bits of its members alone.
 */
final class VectorElementwise implements Elementwise {
  private final Workers workers;
  private final ScalarElementwise plain;

  VectorElementwise(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarElementwise(workers);
  }

  @Override
  public void unary(UnaryFunction f, long x, long y, long n, float p, float q) {
    Lanes.Kernel1 kernel = kernel(f, p, q);
    if (kernel == null) {
      plain.unary(f, x, y, n, p, q);
      return;
    }
    Chunks.run(workers, n, (from, to) -> Lanes.map(kernel, x + 4 * from, y + 4 * from, to - from));
  }

  /** The kernel of a function, or null where only the plain twin has one. */
  static Lanes.Kernel1 kernel(UnaryFunction f, float p, float q) {
    return switch (f) {
      case RELU -> VectorAlgebra::relu;
      case LEAKY_RELU -> (x, y, n) -> VectorAlgebra.leakyRelu(x, y, n, p);
      case GELU_TANH -> ActivationKernels::geluTanh;
      case GELU_ERF -> ActivationKernels::geluErf;
      case SILU -> ActivationKernels::silu;
      case SIGMOID -> ActivationKernels::sigmoid;
      case TANH -> ActivationKernels::tanh;
      case EXP -> ActivationKernels::exp;
      case SQRT -> VectorAlgebra::sqrt;
      case RSQRT -> VectorAlgebra::rsqrt;
      case RECIPROCAL -> VectorAlgebra::reciprocal;
      case SQUARE -> VectorAlgebra::square;
      case ABS -> VectorAlgebra::abs;
      case NEG -> VectorAlgebra::negate;
      case CLAMP -> p <= q ? (x, y, n) -> VectorAlgebra.clamp(x, y, n, p, q) : null;
      case ELU, LOG_SIGMOID, SOFTPLUS, ERF, LOG, SIN, COS -> null;
    };
  }

  @Override
  public void unaryGrad(
      UnaryFunction f, long x, long y, long dy, long dx, long n, float p, float q) {
    Lanes.Kernel2 kernel = gradKernel(f, p, q);
    if (kernel == null) {
      plain.unaryGrad(f, x, y, dy, dx, n, p, q);
      return;
    }
    long known = gradReadsResult(f) ? y : x;
    Chunks.run(
        workers,
        n,
        (from, to) -> Lanes.map(kernel, known + 4 * from, dy + 4 * from, dx + 4 * from, to - from));
  }

  private static Lanes.Kernel2 gradKernel(UnaryFunction f, float p, float q) {
    return switch (f) {
      case RELU -> VectorAlgebra::reluGrad;
      case LEAKY_RELU -> (x, dy, dx, n) -> VectorAlgebra.leakyReluGrad(x, dy, dx, n, p);
      case GELU_TANH -> ActivationKernels::geluTanhGrad;
      case GELU_ERF -> ActivationKernels::geluErfGrad;
      case SILU -> ActivationKernels::siluGrad;
      case SIGMOID -> VectorAlgebra::sigmoidGrad;
      case TANH -> VectorAlgebra::tanhGrad;
      case EXP -> VectorAlgebra::expGrad;
      case LOG -> VectorAlgebra::logGrad;
      case SQRT -> VectorAlgebra::sqrtGrad;
      case RSQRT -> VectorAlgebra::rsqrtGrad;
      case RECIPROCAL -> VectorAlgebra::reciprocalGrad;
      case SQUARE -> VectorAlgebra::squareGrad;
      case ABS -> VectorAlgebra::absGrad;
      case NEG -> (x, dy, dx, n) -> VectorAlgebra.negate(dy, dx, n);
      case CLAMP -> (x, dy, dx, n) -> VectorAlgebra.clampGrad(x, dy, dx, n, p, q);
      case ELU, LOG_SIGMOID, SOFTPLUS, ERF, SIN, COS -> null;
    };
  }

  private static boolean gradReadsResult(UnaryFunction f) {
    return switch (f) {
      case SIGMOID, TANH, EXP, SQRT, RSQRT, RECIPROCAL -> true;
      default -> false;
    };
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
                    VectorBinary.run(
                        f,
                        a + 4 * at[0],
                        stepA,
                        b + 4 * at[1],
                        stepB,
                        out + 4 * position,
                        length)));
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
    if (f != BinaryFunction.ADD && f != BinaryFunction.SUB && f != BinaryFunction.MUL) {
      plain.binaryGrad(f, a, stridesA, b, stridesB, out, dy, da, db, sizes);
      return;
    }
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
                  long i = 4 * position;
                  if (da != 0) {
                    partial(f, false, dy + i, b + 4 * at[1], stepB, da + i, length);
                  }
                  if (db != 0) {
                    partial(f, true, dy + i, a + 4 * at[0], stepA, db + i, length);
                  }
                }));
  }

  /** The gradient of one operand of ADD, SUB or MUL, given the other. */
  private static void partial(
      BinaryFunction f, boolean right, long dy, long other, long step, long to, long n) {
    if (f == BinaryFunction.MUL) {
      VectorBinary.run(f, dy, 4, other, step, to, n);
    } else if (f == BinaryFunction.SUB && right) {
      Lanes.map(VectorAlgebra::negate, dy, to, n);
    } else {
      RawMemory.copy(dy, to, 4 * n);
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
    plain.select(c, stridesC, a, stridesA, b, stridesB, constant, out, sizes);
  }

  @Override
  public void scaleAdd(float alpha, long x, float beta, long y, long n) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          if (beta == 0) {
            ReductionKernels.scale(x + 4 * from, y + 4 * from, to - from, alpha);
          } else {
            scaleAddRange(alpha, x + 4 * from, beta, y + 4 * from, to - from);
          }
        });
  }

  private static void scaleAddRange(float alpha, long x, float beta, long y, long n) {
    long whole = Lanes.whole(n);
    for (long i = 0; i < 4 * whole; i += BYTES) {
      FloatVector old = fromMemorySegment(S, ALL, y + i, LITTLE);
      fromMemorySegment(S, ALL, x + i, LITTLE)
          .mul(alpha)
          .add(old.mul(beta))
          .intoMemorySegment(ALL, y + i, LITTLE);
    }
    for (long i = whole; i < n; i++) {
      putFloat(y + 4 * i, alpha * getFloat(x + 4 * i) + beta * getFloat(y + 4 * i));
    }
  }

  @Override
  public void fill(long y, long n, float value) {
    Chunks.run(workers, n, (from, to) -> ReductionKernels.fill(y + 4 * from, to - from, value));
  }
}
