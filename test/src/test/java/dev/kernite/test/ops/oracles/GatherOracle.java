package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Gather;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** One value an index. */
public final class GatherOracle implements Oracle<Gather> {
  @Override
  public NdArray forward(Gather op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray index = in.get(1);
    int axis = x.shape().axis(op.dim());
    return NdArray.generate(
        index.shape(), at -> x.at(NdArray.replace(at, axis, (long) index.at(at))));
  }

  @Override
  public double units(Gather op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", new Gather(-1), r(3, 5), i(5, 3, 4)),
        Sample.ordinary("columns", new Gather(0), r(5, 3), i(5, 7, 3)),
        Sample.ordinary("middle axis", new Gather(1), r(2, 4, 3), i(4, 2, 5, 3)),
        Sample.edge("one value again and again", new Gather(0), r(3), i(1, 67)),
        Sample.edge("no index", new Gather(-1), r(3, 5), i(5, 3, 0)),
        Sample.edge("of nothing", new Gather(-1), r(0, 5), i(5, 0, 2)),
        Sample.edge("odd", new Gather(0), r(33), i(33, 67)),
        Sample.large(new Gather(1), r(271, 59), i(59, 271, 259)),
        Sample.large(new Gather(0), r(59, 271), i(59, 259, 271)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("index too large", new Gather(0), r(3), one(3)),
        Refusal.of("negative index", new Gather(0), r(3), one(-1)),
        Refusal.of("other extents", new Gather(1), r(3, 5), i(3, 2, 5)),
        Refusal.of("other rank", new Gather(0), r(3, 5), i(3, 3)),
        Refusal.of("axis that is not there", new Gather(1), r(3), i(3, 3)));
  }

  private static NdArray r(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray i(int limit, long... dims) {
    return NdArray.randomIndices(2, limit, dims);
  }

  private static NdArray one(int value) {
    return NdArray.indices(Shape.of(1), value);
  }
}
