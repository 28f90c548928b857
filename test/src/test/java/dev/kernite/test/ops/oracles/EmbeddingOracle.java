package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Embedding;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** Rows of a table by index. */
public final class EmbeddingOracle implements Oracle<Embedding> {
  @Override
  public NdArray forward(Embedding op, List<NdArray> in) {
    NdArray table = in.get(0);
    NdArray ids = in.get(1);
    long[] dims = Arrays.copyOf(ids.shape().toArray(), ids.shape().rank() + 1);
    dims[dims.length - 1] = table.shape().dim(1);
    return NdArray.generate(
        Shape.of(dims),
        at -> table.at((long) ids.at(Arrays.copyOf(at, at.length - 1)), at[at.length - 1]));
  }

  @Override
  public double units(Embedding op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("sentence", new Embedding(-1), r(7, 3), i(7, 5)),
        Sample.ordinary("batch", new Embedding(-1), r(7, 4), i(7, 2, 6)),
        // The forward value of the padding row is as stored, but it gets no gradient: not smooth.
        Sample.ordinary("padding", new Embedding(2), r(4, 3), i(4, 2, 9)).rough(),
        Sample.edge("one id", new Embedding(-1), r(7, 3), i(7)),
        Sample.edge("no id", new Embedding(-1), r(7, 3), i(7, 0)),
        Sample.edge("no width", new Embedding(-1), r(7, 0), i(7, 2)),
        Sample.edge("one row again and again", new Embedding(-1), r(1, 33), i(1, 67)),
        Sample.edge("empty table", new Embedding(-1), r(0, 3), i(1, 0)),
        Sample.large(new Embedding(-1), r(59, 259), i(59, 271)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("id too large", new Embedding(-1), r(3, 2), NdArray.indices(Shape.of(2), 0, 3)),
        Refusal.of("negative id", new Embedding(-1), r(3, 2), NdArray.indices(Shape.of(1), -1)),
        Refusal.of("padding row too large", new Embedding(3), r(3, 2), i(3, 2)),
        Refusal.of("negative padding row", new Embedding(-2), r(3, 2), i(3, 2)),
        Refusal.of("table of one axis", new Embedding(-1), r(3), i(3, 2)));
  }

  private static NdArray r(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray i(int limit, long... dims) {
    return NdArray.randomIndices(2, limit, dims);
  }
}
