package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Tril;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** The lower triangle. */
public final class TrilOracle implements Oracle<Tril> {
  @Override
  public NdArray forward(Tril op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int rank = x.shape().rank();
    return NdArray.generate(
        x.shape(), at -> at[rank - 1] - at[rank - 2] <= op.diagonal() ? x.at(at) : 0);
  }

  @Override
  public double units(Tril op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("square", new Tril(0), NdArray.random(1, 5, 5)),
        Sample.ordinary("wide", new Tril(1), NdArray.random(1, 3, 6)),
        Sample.ordinary("tall stack", new Tril(-2), NdArray.random(1, 2, 6, 3)),
        Sample.edge("all", new Tril(99), NdArray.random(1, 3, 5)),
        Sample.edge("none", new Tril(-99), NdArray.random(1, 3, 5)),
        Sample.edge("farthest diagonal", new Tril(Long.MAX_VALUE), NdArray.random(1, 2, 2)),
        Sample.edge("nothing", new Tril(0), NdArray.random(1, 0, 5)),
        Sample.large(new Tril(0), NdArray.random(1, 271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(Refusal.of("one axis", new Tril(0), NdArray.random(1, 5)));
  }
}
