package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Reduce;
import dev.kernite.kernels.ReduceFunction;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** One value from many, by the definition of each function. */
public final class ReduceOracle implements Oracle<Reduce> {
  @Override
  public NdArray forward(Reduce op, List<NdArray> in) {
    NdArray x = in.getFirst();
    boolean[] reduced = reduced(op, x.shape());
    Shape kept = x.shape();
    for (int i = 0; i < reduced.length; i++) {
      kept = reduced[i] ? kept.with(i, 1) : kept;
    }
    NdArray y = NdArray.generate(kept, at -> f(op, line(x, reduced, at)));
    if (op.keepdim()) {
      return y;
    }
    long[] left =
        IntStream.range(0, reduced.length)
            .filter(i -> !reduced[i])
            .mapToLong(i -> x.shape().dim(i))
            .toArray();
    return y.reshape(left);
  }

  private static boolean[] reduced(Reduce op, Shape x) {
    boolean[] reduced = new boolean[x.rank()];
    Arrays.fill(reduced, op.dims().isEmpty());
    op.dims().forEach(d -> reduced[x.axis(d.intValue())] = true);
    return reduced;
  }

  /** All values that go into the result at an index. */
  private static double[] line(NdArray x, boolean[] reduced, long[] at) {
    Shape walk = x.shape();
    for (int i = 0; i < reduced.length; i++) {
      walk = reduced[i] ? walk : walk.with(i, 1);
    }
    return NdArray.generate(
            walk,
            index -> {
              long[] full = at.clone();
              for (int i = 0; i < reduced.length; i++) {
                full[i] = reduced[i] ? index[i] : at[i];
              }
              return x.at(full);
            })
        .values();
  }

  private static double f(Reduce op, double[] line) {
    double sum = Arrays.stream(line).sum();
    double mean = sum / line.length;
    double squares = Arrays.stream(line).map(v -> (v - mean) * (v - mean)).sum();
    double variance = squares / Math.max(0, line.length - op.correction());
    return switch (op.op()) {
      case SUM -> sum;
      case MEAN -> mean;
      case VAR -> variance;
      case STD -> Math.sqrt(variance);
      case MAX -> Arrays.stream(line).reduce(Double.NEGATIVE_INFINITY, Math::max);
      case MIN -> Arrays.stream(line).reduce(Double.POSITIVE_INFINITY, Math::min);
      case PROD -> Arrays.stream(line).reduce(1, (a, b) -> a * b);
      case NORM -> Math.sqrt(Arrays.stream(line).map(v -> v * v).sum());
    };
  }

  /** Sums cancel: errors are relative to the sum of the absolute values. */
  @Override
  public NdArray magnitude(Reduce op, List<NdArray> in) {
    boolean cancels = op.op() == ReduceFunction.SUM || op.op() == ReduceFunction.MEAN;
    return cancels
        ? forward(op, List.of(in.getFirst().map(Math::abs)))
        : forward(op, in).map(Math::abs);
  }

  @Override
  public double units(Reduce op, List<NdArray> in) {
    return switch (op.op()) {
      case MAX, MIN -> 0;
      // Every product rounds, and nothing averages it out.
      case PROD -> terms(op, in);
      default -> 4 + 2 * Math.sqrt(terms(op, in));
    };
  }

  /** Values that go into one result. */
  private static double terms(Reduce op, List<NdArray> in) {
    Shape x = in.getFirst().shape();
    boolean[] reduced = reduced(op, x);
    return IntStream.range(0, reduced.length)
        .filter(i -> reduced[i])
        .mapToDouble(i -> x.dim(i))
        .reduce(1, (a, b) -> a * b);
  }

  @Override
  public List<Sample> samples() {
    List<Sample> samples = new ArrayList<>();
    for (ReduceFunction f : ReduceFunction.values()) {
      samples.add(Sample.ordinary("all", of(f), x(1, 3, 4, 5)));
      samples.add(Sample.ordinary("last axis", of(f, -1), x(1, 3, 7)));
      samples.add(Sample.ordinary("first axis", of(f, 0), x(1, 6, 5)));
      samples.add(Sample.ordinary("middle axis", of(f, 1), x(1, 2, 7, 5)));
      samples.add(Sample.ordinary("neighbouring axes", of(f, 1, 2), x(1, 3, 4, 2)));
      samples.add(Sample.ordinary("axes apart", of(f, 0, 2), x(1, 3, 4, 2)));
      samples.add(Sample.ordinary("axes apart and twice", of(f, -1, 1), x(1, 2, 3, 2, 2)));
      samples.add(Sample.ordinary("kept", new Reduce(f, List.of(0L, 2L), true, 1), x(1, 3, 4, 2)));
      samples.add(Sample.ordinary("all kept", new Reduce(f, List.of(), true, 1), x(1, 3, 4)));
      samples.add(Sample.ordinary("biased", new Reduce(f, List.of(1L), false, 0), x(1, 3, 7)));
      samples.add(Sample.edge("no lines", of(f, -1), x(1, 0, 4)));
      samples.add(Sample.edge("scalar", new Reduce(f, List.of(), false, 0), x(1)).rough());
      samples.add(Sample.edge("one value", new Reduce(f, List.of(0L), false, 0), x(1, 1)).rough());
      if (f != ReduceFunction.PROD) {
        samples.add(Sample.edge("odd", of(f, -1), x(1, 3, 67)));
        samples.add(Sample.edge("odd columns", of(f, 0), x(1, 33, 17)));
        samples.add(Sample.large(of(f), NdArray.distinct(3, 271, 259)).rough());
        samples.add(Sample.large(of(f, 1), NdArray.distinct(3, 271, 259)));
        samples.add(Sample.large(of(f, 0), NdArray.distinct(3, 271, 259)));
      }
      samples.add(
          Sample.edge("fewer than the correction", new Reduce(f, List.of(0L), false, 5), x(1, 3))
              .rough());
      if (f != ReduceFunction.MAX && f != ReduceFunction.MIN) {
        samples.add(Sample.edge("of nothing", of(f, -1), x(1, 3, 0)).rough());
      }
    }
    Reduce product = of(ReduceFunction.PROD, -1);
    // Near 1: products of many values leave float32 soon.
    samples.add(Sample.edge("odd", product, NdArray.uniform(3, 0.9, 1.1, 3, 67)));
    samples.add(Sample.large(product, NdArray.uniform(3, 0.9, 1.1, 2719, 25)));
    samples.add(Sample.edge("one zero", product, NdArray.row(2, 0, 3, 4)));
    samples.add(Sample.edge("two zeros", product, NdArray.row(2, 0, 3, 0)));
    return samples;
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("axis that is not there", of(ReduceFunction.SUM, 2), x(1, 2, 3)),
        Refusal.of("axis twice", of(ReduceFunction.MEAN, 1, -1), x(1, 2, 3)),
        Refusal.of("axis of a scalar", of(ReduceFunction.NORM, 0), x(1)),
        Refusal.of("largest of nothing", of(ReduceFunction.MAX), x(1, 0)),
        Refusal.of("smallest along nothing", of(ReduceFunction.MIN, 1), x(1, 3, 0)));
  }

  private static Reduce of(ReduceFunction f, long... dims) {
    return new Reduce(f, Arrays.stream(dims).boxed().toList(), false, 1);
  }

  /** No ties, and nothing near 0. */
  private static NdArray x(long seed, long... dims) {
    return NdArray.distinct(seed, dims).map(v -> (float) (v + (v < 0 ? -0.25 : 0.25)));
  }
}
