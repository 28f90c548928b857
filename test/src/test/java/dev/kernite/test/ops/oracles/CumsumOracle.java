package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Cumsum;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Running sums. */
public final class CumsumOracle implements Oracle<Cumsum> {
  @Override
  public NdArray forward(Cumsum op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int axis = x.shape().axis(op.dims().getFirst().intValue());
    return NdArray.generate(
        x.shape(),
        at -> {
          double sum = 0;
          for (long j = 0; j <= at[axis]; j++) {
            sum += x.at(NdArray.replace(at, axis, j));
          }
          return sum;
        });
  }

  /** Sums of absolute values. */
  @Override
  public NdArray magnitude(Cumsum op, List<NdArray> in) {
    return forward(op, List.of(in.getFirst().map(Math::abs)));
  }

  @Override
  public double units(Cumsum op, List<NdArray> in) {
    return 4 + 2 * Math.sqrt(in.getFirst().shape().dim(op.dims().getFirst().intValue()));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", of(-1), NdArray.random(1, 3, 7)),
        Sample.ordinary("columns", of(0), NdArray.random(1, 6, 5)),
        Sample.ordinary("middle axis", of(1), NdArray.random(1, 2, 7, 5)),
        Sample.edge("one value", of(0), NdArray.random(1, 1)),
        Sample.edge("odd", of(0), NdArray.random(1, 67)),
        Sample.edge("no rows", of(-1), NdArray.random(1, 0, 5)),
        Sample.edge("no columns", of(-1), NdArray.random(1, 5, 0)),
        Sample.large(of(0), NdArray.random(1, 67, 1031)),
        Sample.large(of(1), NdArray.random(1, 1031, 67)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("axis beyond 32 bits", of(-1L << 40), NdArray.random(1, 2, 2)),
        Refusal.of("axis that is not there", of(2), NdArray.random(1, 2, 2)),
        Refusal.of("scalar", of(0), NdArray.random(1)),
        Refusal.ofAttributes("no axis", () -> new Cumsum(List.of())),
        Refusal.ofAttributes("two axes", () -> new Cumsum(List.of(0L, 1L))));
  }

  private static Cumsum of(long dim) {
    return new Cumsum(List.of(dim));
  }
}
