package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.UnaryFunction;

/**
 * Element-wise kernels on vectors; rare functions go to the plain twin. A value's result does not
 * depend on its position, so a batch gives the bits of its members alone.
 */
final class VectorElementwise implements Elementwise {
  /** Beyond it the vector sine's reduction of its argument is not exact. */
  private static final float FAR_ANGLE = 1e5f;

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
      case RELU -> AlgebraKernels::relu;
      case LEAKY_RELU -> (x, y, n) -> AlgebraKernels.leakyRelu(x, y, n, p);
      case GELU_TANH -> ActivationKernels::geluTanh;
      case GELU_ERF -> ActivationKernels::geluErf;
      case SILU -> ActivationKernels::silu;
      case SIGMOID -> ActivationKernels::sigmoid;
      case TANH -> ActivationKernels::tanh;
      case EXP -> ActivationKernels::exp;
      case SQRT -> AlgebraKernels::sqrt;
      case RSQRT -> AlgebraKernels::rsqrt;
      case RECIPROCAL -> AlgebraKernels::reciprocal;
      case SQUARE -> AlgebraKernels::square;
      case ABS -> AlgebraKernels::abs;
      case NEG -> AlgebraKernels::negate;
      case CLAMP -> p <= q ? (x, y, n) -> AlgebraKernels.clamp(x, y, n, p, q) : null;
      case ELU -> (x, y, n) -> ActivationKernels.elu(x, y, n, p);
      case LOG_SIGMOID -> ActivationKernels::logSigmoid;
      case SOFTPLUS -> (x, y, n) -> ActivationKernels.softplus(x, y, n, p, q);
      case ERF -> ActivationKernels::erf;
      case LOG -> ActivationKernels::log;
      case SIN -> (x, y, n) -> periodic(f, ActivationKernels::sine, x, y, n);
      case COS -> (x, y, n) -> periodic(f, ActivationKernels::cosine, x, y, n);
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
      case RELU -> AlgebraKernels::reluGrad;
      case LEAKY_RELU -> (x, dy, dx, n) -> AlgebraKernels.leakyReluGrad(x, dy, dx, n, p);
      case GELU_TANH -> ActivationKernels::geluTanhGrad;
      case GELU_ERF -> ActivationKernels::geluErfGrad;
      case SILU -> ActivationKernels::siluGrad;
      case SIGMOID -> AlgebraKernels::sigmoidGrad;
      case TANH -> AlgebraKernels::tanhGrad;
      case EXP -> AlgebraKernels::expGrad;
      case LOG -> AlgebraKernels::logGrad;
      case SQRT -> AlgebraKernels::sqrtGrad;
      case RSQRT -> AlgebraKernels::rsqrtGrad;
      case RECIPROCAL -> AlgebraKernels::reciprocalGrad;
      case SQUARE -> AlgebraKernels::squareGrad;
      case ABS -> AlgebraKernels::absGrad;
      case NEG -> (x, dy, dx, n) -> AlgebraKernels.negate(dy, dx, n);
      case CLAMP -> (x, dy, dx, n) -> AlgebraKernels.clampGrad(x, dy, dx, n, p, q);
      case ELU -> (x, dy, dx, n) -> ActivationKernels.eluGrad(x, dy, dx, n, p);
      case LOG_SIGMOID -> ActivationKernels::logSigmoidGrad;
      case SOFTPLUS -> (x, dy, dx, n) -> ActivationKernels.softplusGrad(x, dy, dx, n, p, q);
      case ERF -> ActivationKernels::erfGrad;
      case SIN -> (x, dy, dx, n) -> periodicGrad(f, ActivationKernels::sineGrad, x, dy, dx, n);
      case COS -> (x, dy, dx, n) -> periodicGrad(f, ActivationKernels::cosineGrad, x, dy, dx, n);
    };
  }

  /** Runs a kernel and puts right, one by one, what was too far from 0 for it. */
  private static void periodic(UnaryFunction f, Lanes.Kernel1 kernel, long x, long y, long n) {
    if (ReductionKernels.largestSize(x, n) <= FAR_ANGLE) {
      kernel.run(x, y, n);
      return;
    }
    float[] values = new float[Lanes.LANES]; // the kernel may overwrite x
    for (long i = 0; i < 4 * n; i += Lanes.BYTES) {
      for (int lane = 0; lane < values.length; lane++) {
        values[lane] = getFloat(x + i + 4L * lane);
      }
      kernel.run(x + i, y + i, Lanes.LANES);
      for (int lane = 0; lane < values.length; lane++) {
        if (Math.abs(values[lane]) > FAR_ANGLE) {
          putFloat(y + i + 4L * lane, ScalarFunctions.unary(f, values[lane], 0, 0));
        }
      }
    }
  }

  private static void periodicGrad(
      UnaryFunction f, Lanes.Kernel2 kernel, long x, long dy, long dx, long n) {
    if (ReductionKernels.largestSize(x, n) <= FAR_ANGLE) {
      kernel.run(x, dy, dx, n);
      return;
    }
    for (long i = 0; i < 4 * n; i += 4) {
      float value = getFloat(x + i);
      float upstream = getFloat(dy + i);
      if (Math.abs(value) > FAR_ANGLE) {
        putFloat(dx + i, ScalarFunctions.unaryGrad(f, value, 0, upstream, 0, 0));
      } else {
        Lanes.map(kernel, x + i, dy + i, dx + i, 1);
      }
    }
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
    if (f == BinaryFunction.POW) {
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
                  long left = a + 4 * at[0];
                  long right = b + 4 * at[1];
                  if (da != 0) {
                    VectorBinary.gradA(f, left, stepA, right, stepB, dy + i, da + i, length);
                  }
                  if (db != 0) {
                    VectorBinary.gradB(
                        f, left, stepA, right, stepB, out + i, dy + i, db + i, length);
                  }
                }));
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
                    VectorBinary.select(
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

  @Override
  public void scaleAdd(float alpha, long x, float beta, long y, long n) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          if (beta == 0) {
            ReductionKernels.scale(x + 4 * from, y + 4 * from, to - from, alpha);
          } else {
            ColumnKernels.scaleAdd(x + 4 * from, y + 4 * from, to - from, alpha, beta);
          }
        });
  }

  @Override
  public void fill(long y, long n, float value) {
    Chunks.run(workers, n, (from, to) -> ReductionKernels.fill(y + 4 * from, to - from, value));
  }
}
