package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Matmul;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Sums of products, as in NumPy's matmul. */
public final class MatmulOracle implements Oracle<Matmul> {
  /** Where an operand's element of row r, column c lies, in its own index. */
  private static long[] index(
      long[] batch, long r, long c, boolean transposed, Shape s, boolean left) {
    if (s.rank() == 1) {
      return new long[] {left ? c : r};
    }
    long[] full = Arrays.copyOf(batch, batch.length + 2);
    full[batch.length] = transposed ? c : r;
    full[batch.length + 1] = transposed ? r : c;
    return full;
  }

  @Override
  public NdArray forward(Matmul op, List<NdArray> in) {
    return product(op, in.get(0), in.get(1));
  }

  /** Sums of absolute products. */
  @Override
  public NdArray magnitude(Matmul op, List<NdArray> in) {
    return product(op, in.get(0).map(Math::abs), in.get(1).map(Math::abs));
  }

  private static Shape batch(Shape s) {
    return Shape.of(Arrays.copyOf(s.toArray(), Math.max(0, s.rank() - 2)));
  }

  private static NdArray product(Matmul op, NdArray a, NdArray b) {
    boolean vectorA = a.shape().rank() == 1;
    boolean vectorB = b.shape().rank() == 1;
    long k = vectorA ? a.size() : a.shape().dim(op.transposeA() ? -2 : -1);
    Shape batches = Shape.broadcast(batch(a.shape()), batch(b.shape()));
    List<Long> dims = new ArrayList<>(Arrays.stream(batches.toArray()).boxed().toList());
    if (!vectorA) {
      dims.add(a.shape().dim(op.transposeA() ? -1 : -2));
    }
    if (!vectorB) {
      dims.add(b.shape().dim(op.transposeB() ? -2 : -1));
    }
    return NdArray.generate(
        Shape.of(dims.stream().mapToLong(Long::longValue).toArray()),
        at -> {
          int batchAxes = Math.max(0, at.length - (vectorA ? 0 : 1) - (vectorB ? 0 : 1));
          long[] batch = Arrays.copyOf(at, batchAxes);
          long row = vectorA ? 0 : at[batchAxes];
          long col = vectorB ? 0 : at[at.length - 1];
          double sum = 0;
          for (long i = 0; i < k; i++) {
            sum +=
                a.at(index(batch, row, i, op.transposeA(), a.shape(), true))
                    * b.at(index(batch, i, col, op.transposeB(), b.shape(), false));
          }
          return sum;
        });
  }

  @Override
  public double units(Matmul op, List<NdArray> in) {
    return 4 * Math.sqrt(1 + in.get(0).shape().dim(op.transposeA() ? -2 : -1));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        plain("matrices", r(1, 5, 7), r(2, 7, 4)),
        plain("stacks", r(1, 3, 5, 7), r(2, 3, 7, 4)),
        plain("one right matrix", r(1, 2, 3, 5, 7), r(2, 7, 4)),
        plain("one left matrix", r(1, 5, 7), r(2, 3, 7, 4)),
        plain("repeated batches", r(1, 2, 1, 3, 4), r(2, 1, 3, 4, 5)),
        plain("dot product", r(1, 7), r(2, 7)),
        plain("matrix and vector", r(1, 5, 7), r(2, 7)),
        plain("vector and matrix", r(1, 7), r(2, 7, 4)),
        plain("stack and vector", r(1, 2, 5, 7), r(2, 7)),
        plain("vector and stack", r(1, 7), r(2, 2, 7, 4)),
        Sample.ordinary("transposed left", new Matmul(true, false), r(1, 7, 5), r(2, 7, 4)),
        Sample.ordinary("transposed right", new Matmul(false, true), r(1, 5, 7), r(2, 4, 7)),
        Sample.ordinary("both transposed", new Matmul(true, true), r(1, 2, 7, 5), r(2, 4, 7)),
        edge("inner extent 0", r(1, 3, 0), r(2, 0, 4)),
        edge("no rows", r(1, 0, 3), r(2, 3, 4)),
        edge("no columns", r(1, 2, 3), r(2, 3, 0)),
        edge("no batch", r(1, 0, 2, 3), r(2, 3, 4)),
        edge("one number", r(1, 1, 1), r(2, 1, 1)),
        edge("outer product", r(1, 9, 1), r(2, 1, 17)),
        edge("around the tiles", r(1, 13, 17), r(2, 17, 33)),
        edge("one row, many columns", r(1, 1, 31), r(2, 31, 67)),
        edge("many rows, one column", r(1, 97, 31), r(2, 31, 1)),
        edge("around a summation block", r(1, 3, 513), r(2, 513, 5)),
        edge("four blocks and a rest", r(1, 2, 2077), r(2, 2077, 3)),
        Sample.large(new Matmul(false, false), r(1, 131, 67), r(2, 67, 129)),
        Sample.large(new Matmul(true, false), r(1, 67, 131), r(2, 67, 129)),
        Sample.large(new Matmul(false, true), r(1, 131, 67), r(2, 129, 67)),
        Sample.large(new Matmul(false, false), r(1, 23, 19, 17), r(2, 23, 17, 21)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("inner extents", new Matmul(false, false), r(1, 2, 3), r(2, 4, 5)),
        Refusal.of("inner extents, transposed", new Matmul(true, false), r(1, 2, 3), r(2, 3, 5)),
        Refusal.of("batches", new Matmul(false, false), r(1, 2, 3, 4), r(2, 3, 4, 5)),
        Refusal.of("scalar", new Matmul(false, false), r(1), r(2, 3)));
  }

  private static Sample plain(String name, NdArray a, NdArray b) {
    return Sample.ordinary(name, new Matmul(false, false), a, b);
  }

  private static Sample edge(String name, NdArray a, NdArray b) {
    return Sample.edge(name, new Matmul(false, false), a, b);
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
