package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Transpose;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Two axes exchanged. */
public final class TransposeOracle implements Oracle<Transpose> {
  @Override
  public NdArray forward(Transpose op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int a = x.shape().axis(op.dims().get(0).intValue());
    int b = x.shape().axis(op.dims().get(1).intValue());
    Shape y = x.shape().with(a, x.shape().dim(b)).with(b, x.shape().dim(a));
    return NdArray.generate(
        y, at -> x.at(NdArray.replace(NdArray.replace(at, a, at[b]), b, at[a])));
  }

  @Override
  public double units(Transpose op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("matrix", of(0, 1), NdArray.random(1, 3, 5)),
        Sample.ordinary("outer axes", of(0, 2), NdArray.random(1, 2, 3, 5)),
        Sample.ordinary("from the end", of(-1, -2), NdArray.random(1, 2, 3, 5)),
        Sample.edge("axis with itself", of(1, 1), NdArray.random(1, 3, 5)),
        Sample.edge("nothing", of(0, 1), NdArray.random(1, 0, 3)),
        Sample.edge("one", of(0, 1), NdArray.random(1, 1, 1)),
        Sample.edge("odd", of(0, 1), NdArray.random(1, 33, 17)),
        Sample.large(of(0, 1), NdArray.random(1, 271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("axis beyond 32 bits", of(0, 1L << 40), NdArray.random(1, 2, 2)),
        Refusal.of("axis that is not there", of(0, 2), NdArray.random(1, 2, 2)),
        Refusal.ofAttributes("one axis", () -> new Transpose(List.of(0L))),
        Refusal.ofAttributes("three axes", () -> new Transpose(List.of(0L, 1L, 2L))));
  }

  private static Transpose of(long a, long b) {
    return new Transpose(List.of(a, b));
  }
}
