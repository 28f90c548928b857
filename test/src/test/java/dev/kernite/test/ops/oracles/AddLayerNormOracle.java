package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.AddLayerNorm;
import dev.kernite.engine.op.LayerNorm;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.List;

/** Layer normalisation of a sum. */
public final class AddLayerNormOracle implements Oracle<AddLayerNorm> {
  private static final AddLayerNorm OP = new AddLayerNorm(1e-5f);

  @Override
  public NdArray forward(AddLayerNorm op, List<NdArray> in) {
    return new LayerNormOracle().forward(new LayerNorm(op.eps()), summed(in));
  }

  /** The same inputs with the sum in the place of its terms. */
  static List<NdArray> summed(List<NdArray> in) {
    double[] sum = in.get(0).values().clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += in.get(1).values()[i];
    }
    List<NdArray> rest = new ArrayList<>(in.subList(1, in.size()));
    rest.set(0, new NdArray(in.get(0).kind(), in.get(0).shape(), sum));
    return rest;
  }

  @Override
  public NdArray magnitude(AddLayerNorm op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 2);
  }

  @Override
  public double units(AddLayerNorm op, List<NdArray> in) {
    return 8 + 4 * Math.sqrt(in.getFirst().shape().dim(-1));
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", OP, r(1, 5, 8), r(4, 5, 8), r(2, 8), r(3, 8)),
        Sample.ordinary("no gain, no bias", OP, r(1, 2, 3, 7), r(4, 2, 3, 7)),
        Sample.ordinary("gain alone", OP, r(1, 4, 5), r(4, 4, 5), r(2, 5), null),
        Sample.ordinary("bias alone", OP, r(1, 4, 5), r(4, 4, 5), null, r(3, 5)),
        Sample.edge("one value a row", OP, r(1, 3, 1), r(4, 3, 1), r(2, 1), r(3, 1)),
        Sample.edge("odd rows", OP, r(1, 3, 67), r(4, 3, 67), r(2, 67), r(3, 67)),
        Sample.edge("no rows", OP, r(1, 0, 8), r(4, 0, 8), r(2, 8), r(3, 8)),
        Sample.edge("rows for a block", OP, r(1, 2, 1029), r(4, 2, 1029), r(2, 1029), r(3, 1029)),
        Sample.large(OP, r(1, 271, 259), r(4, 271, 259), r(2, 259), r(3, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("residual", OP, r(1, 5, 8), r(4, 5, 7)),
        Refusal.of("repeated residual", OP, r(1, 5, 8), r(4, 8)),
        Refusal.of("gain", OP, r(1, 5, 8), r(4, 5, 8), r(2, 5), null),
        Refusal.of("bias", OP, r(1, 5, 8), r(4, 5, 8), null, r(2, 5)),
        Refusal.of("scalar", OP, r(1), r(4)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
