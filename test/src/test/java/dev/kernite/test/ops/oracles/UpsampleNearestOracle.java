package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.engine.op.UpsampleNearest;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Every place of the result looks up its pixel. */
public final class UpsampleNearestOracle implements Oracle<UpsampleNearest> {
  @Override
  public NdArray forward(UpsampleNearest op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int axes = x.shape().rank() - 2;
    long[] d = x.shape().toArray();
    for (int axis = 0; axis < axes; axis++) {
      d[2 + axis] *= Images.at(op.scale(), axis);
    }
    return NdArray.generate(
        Shape.of(d),
        at -> {
          long[] from = at.clone();
          for (int axis = 0; axis < axes; axis++) {
            from[2 + axis] /= Images.at(op.scale(), axis);
          }
          return x.at(from);
        });
  }

  @Override
  public double units(UpsampleNearest op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("doubled", new UpsampleNearest(2), r(2, 3, 4, 5)),
        Sample.ordinary("tripled", new UpsampleNearest(3), r(1, 2, 3, 3)),
        Sample.ordinary("unevenly", new UpsampleNearest(PerAxis.of(3, 2)), r(2, 2, 4, 5)),
        Sample.edge("sequences", new UpsampleNearest(2), r(2, 3, 7)),
        Sample.edge("as it is", new UpsampleNearest(1), r(1, 2, 3, 3)),
        Sample.edge("one pixel", new UpsampleNearest(5), r(1, 1, 1, 1)),
        Sample.edge("nothing", new UpsampleNearest(2), r(0, 3, 4, 5)),
        Sample.edge("no pixels", new UpsampleNearest(2), r(2, 3, 0, 5)),
        Sample.large(new UpsampleNearest(2), r(7, 9, 31, 28)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("matrix", new UpsampleNearest(2), r(4, 4)),
        Refusal.of("two scales of one axis", new UpsampleNearest(PerAxis.of(2, 2)), r(2, 3, 4)),
        Refusal.ofAttributes("scale", () -> new UpsampleNearest(0)));
  }

  private static NdArray r(long... dims) {
    return NdArray.random(1, dims);
  }
}
