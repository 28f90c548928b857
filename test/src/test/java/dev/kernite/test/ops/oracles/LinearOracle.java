package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Linear;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Sums of products of the last axis with a row of the weight, plus the bias. */
public final class LinearOracle implements Oracle<Linear> {
  @Override
  public NdArray forward(Linear op, List<NdArray> in) {
    return affine(op, in.get(0), in.get(1), in.size() > 2 ? in.get(2) : null);
  }

  /** Sums of absolute terms. */
  @Override
  public NdArray magnitude(Linear op, List<NdArray> in) {
    NdArray bias = in.size() > 2 ? in.get(2) : null;
    return affine(
        op,
        in.get(0).map(Math::abs),
        in.get(1).map(Math::abs),
        bias == null ? null : bias.map(Math::abs));
  }

  private static NdArray affine(Linear op, NdArray x, NdArray w, NdArray bias) {
    boolean outIn = op.weightLayout() == WeightLayout.OUT_IN;
    long width = x.shape().dim(-1);
    int last = x.shape().rank() - 1;
    return NdArray.generate(
        x.shape().with(-1, w.shape().dim(outIn ? 0 : 1)),
        at -> {
          long out = at[last];
          double sum = bias == null ? 0 : bias.at(out);
          for (long i = 0; i < width; i++) {
            sum += x.at(NdArray.replace(at, last, i)) * (outIn ? w.at(out, i) : w.at(i, out));
          }
          return sum;
        });
  }

  @Override
  public double units(Linear op, List<NdArray> in) {
    return 4 * Math.sqrt(1 + in.getFirst().shape().dim(-1));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", OUT_IN, r(1, 5, 7), r(2, 4, 7), r(3, 4)),
        Sample.ordinary("batch, no bias", OUT_IN, r(1, 2, 3, 7), r(2, 4, 7), null),
        Sample.ordinary("Conv1D layout", IN_OUT, r(1, 2, 3, 7), r(2, 7, 4), r(3, 4)),
        Sample.ordinary("Conv1D layout, no bias", IN_OUT, r(1, 5, 7), r(2, 7, 4)),
        Sample.edge("one row", OUT_IN, r(1, 7), r(2, 4, 7), r(3, 4)),
        Sample.edge("no rows", OUT_IN, r(1, 0, 7), r(2, 4, 7), r(3, 4)),
        Sample.edge("no features", OUT_IN, r(1, 3, 0), r(2, 4, 0), r(3, 4)),
        Sample.edge("no outputs", IN_OUT, r(1, 3, 2), r(2, 2, 0), r(3, 0)),
        Sample.edge("one of all", OUT_IN, r(1, 1, 1), r(2, 1, 1), r(3, 1)),
        Sample.edge("around the tiles", OUT_IN, r(1, 13, 17), r(2, 33, 17), r(3, 33)),
        Sample.edge("around the tiles, Conv1D", IN_OUT, r(1, 25, 31), r(2, 31, 65), r(3, 65)),
        Sample.edge("around a summation block", OUT_IN, r(1, 3, 515), r(2, 5, 515), r(3, 5)),
        Sample.large(OUT_IN, r(1, 131, 67), r(2, 129, 67), r(3, 129)),
        Sample.large(IN_OUT, r(1, 131, 67), r(2, 67, 129), r(3, 129)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("features", OUT_IN, r(1, 5, 7), r(2, 4, 6), null),
        Refusal.of("features in the other layout", IN_OUT, r(1, 5, 7), r(2, 4, 7), null),
        Refusal.of("bias", OUT_IN, r(1, 5, 7), r(2, 4, 7), r(3, 7)),
        Refusal.of("weight that is no matrix", OUT_IN, r(1, 5, 7), r(2, 7), null),
        Refusal.of("scalar", OUT_IN, r(1), r(2, 1, 1), null));
  }

  private static final Linear OUT_IN = new Linear(WeightLayout.OUT_IN);
  private static final Linear IN_OUT = new Linear(WeightLayout.IN_OUT);

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
