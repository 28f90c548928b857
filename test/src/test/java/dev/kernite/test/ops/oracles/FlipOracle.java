package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Flip;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** Some axes reversed. */
public final class FlipOracle implements Oracle<Flip> {
  @Override
  public NdArray forward(Flip op, List<NdArray> in) {
    NdArray x = in.getFirst();
    return NdArray.generate(
        x.shape(),
        at -> {
          long[] from = at.clone();
          for (long d : op.dims()) {
            int axis = x.shape().axis((int) d);
            from[axis] = x.shape().dim(axis) - 1 - at[axis];
          }
          return x.at(from);
        });
  }

  @Override
  public double units(Flip op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", of(-1), NdArray.random(1, 3, 5)),
        Sample.ordinary("columns", of(0), NdArray.random(1, 3, 5)),
        Sample.ordinary("two axes", of(0, 2), NdArray.random(1, 2, 3, 5)),
        Sample.edge("no axis", of(), NdArray.random(1, 3, 5)),
        Sample.edge("nothing", of(0), NdArray.random(1, 0, 3)),
        Sample.edge("one", of(0), NdArray.random(1, 1)),
        Sample.edge("odd", of(0), NdArray.random(1, 67)),
        Sample.large(of(1), NdArray.random(1, 271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("axis twice", of(0, -2), NdArray.random(1, 2, 2)),
        Refusal.of("axis beyond 32 bits", of(1L << 40), NdArray.random(1, 2, 2)),
        Refusal.of("axis that is not there", of(2), NdArray.random(1, 2, 2)));
  }

  private static Flip of(long... dims) {
    return new Flip(Arrays.stream(dims).boxed().toList());
  }
}
