package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Dropout;
import dev.kernite.kernels.Philox;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Values times 0 or 1 / (1 - p), by the words of the Philox stream. */
public final class DropoutOracle implements Oracle<Dropout> {
  @Override
  public NdArray forward(Dropout op, List<NdArray> in) {
    NdArray x = in.getFirst();
    if (!op.training()) {
      return x;
    }
    double[] y = new double[x.size()];
    int[] words = new int[4];
    for (int i = 0; i < y.length; i++) {
      Philox.block(op.seed(), 0, op.offset() + i / 4, words);
      double u = (words[i % 4] >>> 8) / 0x1p24;
      y[i] = u >= op.p() ? x.values()[i] / (1 - op.p()) : 0;
    }
    return new NdArray(x.kind(), x.shape(), y);
  }

  @Override
  public double units(Dropout op, List<NdArray> in) {
    return 2;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("half", new Dropout(0.5f, true, 1, 0), NdArray.random(1, 5, 7)),
        Sample.ordinary("a tenth", new Dropout(0.1f, true, 1, 5), NdArray.random(1, 5, 7)),
        Sample.ordinary("large seed", new Dropout(0.3f, true, -7, 1L << 33), NdArray.random(1, 9)),
        Sample.ordinary("not training", new Dropout(0.5f, false, 1, 0), NdArray.random(1, 5, 7)),
        Sample.edge("none", new Dropout(0, true, 1, 0), NdArray.random(1, 33)),
        Sample.edge("all", new Dropout(1, true, 1, 0), NdArray.random(1, 33)),
        Sample.edge("nothing", new Dropout(0.5f, true, 1, 0), NdArray.random(1, 0)),
        Sample.edge("scalar", new Dropout(0.5f, true, 1, 0), NdArray.random(1)),
        Sample.large(new Dropout(0.2f, true, 3, 0), NdArray.random(1, 271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.ofAttributes("p above 1", () -> new Dropout(1.5f, true, 0, 0)),
        Refusal.ofAttributes("p below 0", () -> new Dropout(-0.1f, true, 0, 0)),
        Refusal.ofAttributes("p that is no number", () -> new Dropout(Float.NaN, true, 0, 0)));
  }
}
