package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.IndexSelect;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Whole slices by index. */
public final class IndexSelectOracle implements Oracle<IndexSelect> {
  @Override
  public NdArray forward(IndexSelect op, List<NdArray> in) {
    NdArray x = in.get(0);
    NdArray index = in.get(1);
    int axis = x.shape().axis(op.dim());
    return NdArray.generate(
        x.shape().with(axis, index.size()),
        at -> x.at(NdArray.replace(at, axis, (long) index.values()[(int) at[axis]])));
  }

  @Override
  public double units(IndexSelect op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", new IndexSelect(0), r(5, 3), i(5, 7)),
        Sample.ordinary("columns", new IndexSelect(-1), r(3, 5), i(5, 4)),
        Sample.ordinary("middle axis", new IndexSelect(1), r(2, 4, 3), i(4, 6)),
        Sample.edge("one again and again", new IndexSelect(0), r(3, 2), i(1, 67)),
        Sample.edge("no index", new IndexSelect(0), r(3, 5), i(3, 0)),
        Sample.edge("of nothing", new IndexSelect(1), r(0, 5), i(5, 2)),
        Sample.large(new IndexSelect(0), r(59, 259), i(59, 271)),
        Sample.large(new IndexSelect(1), r(23, 59, 17), i(59, 271)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("index too large", new IndexSelect(0), r(3), NdArray.indices(Shape.of(2), 0, 3)),
        Refusal.of("negative index", new IndexSelect(0), r(3), NdArray.indices(Shape.of(1), -1)),
        Refusal.of("index of two axes", new IndexSelect(0), r(3), i(3, 2, 2)),
        Refusal.of("axis that is not there", new IndexSelect(1), r(3), i(3, 3)));
  }

  private static NdArray r(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray i(int limit, long... dims) {
    return NdArray.randomIndices(2, limit, dims);
  }
}
