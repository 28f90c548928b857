package dev.kernite.kernels.cuda;

import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.MergedAxes;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Element-wise functions on the device: {@code elementwise.cu} and {@code binary.cu}. */
final class CudaElementwise implements Elementwise {
  private final Grids grids;
  private final Map<UnaryFunction, Kernel> unary = new EnumMap<>(UnaryFunction.class);
  private final Map<UnaryFunction, Kernel> unaryGrad = new EnumMap<>(UnaryFunction.class);
  private final Map<BinaryFunction, Kernel> binary = new EnumMap<>(BinaryFunction.class);
  private final Map<BinaryFunction, Kernel> binaryGrad = new EnumMap<>(BinaryFunction.class);
  private final Kernel select;
  private final Kernel scaleAdd;
  private final Kernel fill;

  CudaElementwise(Kernels kernels, Scratch scratch) {
    grids = new Grids(kernels);
    for (UnaryFunction f : UnaryFunction.values()) {
      String name = f.name().toLowerCase(Locale.ROOT);
      unary.put(f, kernels.kernel("elementwise", "unary_" + name));
      unaryGrad.put(f, kernels.kernel("elementwise", "unary_grad_" + name));
    }
    for (BinaryFunction f : BinaryFunction.values()) {
      String name = f.name().toLowerCase(Locale.ROOT);
      binary.put(f, kernels.kernel("binary", "binary_" + name));
      binaryGrad.put(f, kernels.kernel("binary", "binary_grad_" + name));
    }
    select = kernels.kernel("binary", "select_f32");
    scaleAdd = kernels.kernel("elementwise", "scale_add");
    fill = kernels.kernel("elementwise", "fill_f32");
  }

  @Override
  public void unary(UnaryFunction f, long x, long y, long n, float p, float q) {
    if (n > 0) {
      grids.flat(unary.get(f).arg(x).arg(y).arg(n).arg(p).arg(q), n);
    }
  }

  @Override
  public void unaryGrad(
      UnaryFunction f, long x, long y, long dy, long dx, long n, float p, float q) {
    if (n > 0) {
      grids.flat(unaryGrad.get(f).arg(x).arg(y).arg(dy).arg(dx).arg(n).arg(p).arg(q), n);
    }
  }

  @Override
  public void binary(
      BinaryFunction f, long a, long[] stridesA, long b, long[] stridesB, long out, long[] sizes) {
    Walk.launch(
        MergedAxes.of(sizes, stridesA, stridesB),
        (walk, at, position) ->
            rows(
                walk,
                binary
                    .get(f)
                    .arg(a + 4 * at[0])
                    .arg(b + 4 * at[1])
                    .arg(out + 4 * position)
                    .arg(walk.struct())));
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
    Walk.launch(
        MergedAxes.of(sizes, stridesA, stridesB),
        (walk, at, position) -> {
          long dense = 4 * position;
          rows(
              walk,
              binaryGrad
                  .get(f)
                  .arg(a + 4 * at[0])
                  .arg(b + 4 * at[1])
                  .arg(out + dense)
                  .arg(dy + dense)
                  .arg(da == 0 ? 0 : da + dense)
                  .arg(db == 0 ? 0 : db + dense)
                  .arg(walk.struct()));
        });
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
    Walk.launch(
        MergedAxes.of(sizes, stridesC, a == 0 ? none : stridesA, b == 0 ? none : stridesB),
        (walk, at, position) ->
            rows(
                walk,
                select
                    .arg(c + at[0])
                    .arg(a == 0 ? 0 : a + 4 * at[1])
                    .arg(b == 0 ? 0 : b + 4 * at[2])
                    .arg(constant)
                    .arg(out + 4 * position)
                    .arg(walk.struct())));
  }

  @Override
  public void scaleAdd(float alpha, long x, float beta, long y, long n) {
    if (n > 0) {
      grids.flat(scaleAdd.arg(alpha).arg(x).arg(beta).arg(y).arg(n), n);
    }
  }

  @Override
  public void fill(long y, long n, float value) {
    if (n > 0) {
      grids.flat(fill.arg(y).arg(n).arg(value), n);
    }
  }

  private void rows(Walk walk, Kernel kernel) {
    grids.rows(kernel, walk.rows(), walk.cols(), Grids.WIDTH);
  }
}
