package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.AddRmsNorm;
import dev.kernite.engine.op.RmsNorm;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Root-mean-square normalisation of a sum. */
public final class AddRmsNormOracle implements Oracle<AddRmsNorm> {
  private static final AddRmsNorm OP = new AddRmsNorm(1e-6f);

  @Override
  public NdArray forward(AddRmsNorm op, List<NdArray> in) {
    return new RmsNormOracle().forward(new RmsNorm(op.eps()), AddLayerNormOracle.summed(in));
  }

  /** The terms may cancel: errors are relative to the result and to that of the terms. */
  @Override
  public NdArray magnitude(AddRmsNorm op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 1);
  }

  @Override
  public double units(AddRmsNorm op, List<NdArray> in) {
    return 8 + 2 * Math.sqrt(in.getFirst().shape().dim(-1));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", OP, r(1, 5, 8), r(4, 5, 8), r(2, 8)),
        Sample.ordinary("no gain", OP, r(1, 2, 3, 7), r(4, 2, 3, 7)),
        Sample.ordinary("large eps", new AddRmsNorm(0.5f), r(1, 4, 5), r(4, 4, 5), r(2, 5)),
        Sample.edge("one value a row", OP, r(1, 3, 1), r(4, 3, 1), r(2, 1)),
        Sample.edge("odd rows", OP, r(1, 3, 67), r(4, 3, 67), r(2, 67)),
        Sample.edge("no rows", OP, r(1, 0, 8), r(4, 0, 8), r(2, 8)),
        Sample.edge("rows for a block", OP, r(1, 2, 1029), r(4, 2, 1029), r(2, 1029)),
        Sample.large(OP, r(1, 271, 259), r(4, 271, 259), r(2, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("residual", OP, r(1, 5, 8), r(4, 8, 5)),
        Refusal.of("gain", OP, r(1, 5, 8), r(4, 5, 8), r(2, 5)),
        Refusal.of("scalar", OP, r(1), r(4)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
