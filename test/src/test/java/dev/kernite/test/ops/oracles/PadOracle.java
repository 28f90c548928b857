package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Pad;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.List;

/** x inside, the constant outside. */
public final class PadOracle implements Oracle<Pad> {
  @Override
  public NdArray forward(Pad op, List<NdArray> in) {
    NdArray x = in.getFirst();
    long[] dims = x.shape().toArray();
    for (int i = 0; i < dims.length; i++) {
      dims[i] += op.pads().get(i).get(0) + op.pads().get(i).get(1);
    }
    return NdArray.generate(
        Shape.of(dims),
        at -> {
          long[] from = at.clone();
          for (int i = 0; i < from.length; i++) {
            from[i] -= op.pads().get(i).get(0);
            if (from[i] < 0 || from[i] >= x.shape().dim(i)) {
              return op.value();
            }
          }
          return x.at(from);
        });
  }

  @Override
  public double units(Pad op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("both sides", of(0.5f, 1, 2), NdArray.random(1, 5)),
        Sample.ordinary("matrix", of(0, 0, 1, 2, 0), NdArray.random(1, 3, 5)),
        Sample.ordinary("three axes", of(-1, 0, 0, 0, 1, 1, 2), NdArray.random(1, 2, 3, 5)),
        Sample.edge("no border", of(1, 0, 0), NdArray.random(1, 5)),
        Sample.edge("around nothing", of(1, 2, 3), NdArray.random(1, 0)),
        Sample.edge("scalar", of(1), NdArray.random(1)),
        Sample.large(of(1, 1, 2, 3, 4), NdArray.random(1, 271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("too few pairs", of(0, 1, 1), NdArray.random(1, 2, 2)),
        Refusal.of("too many pairs", of(0, 1, 1), NdArray.random(1)),
        Refusal.ofAttributes("negative width", () -> of(0, 1, -1)),
        Refusal.ofAttributes("no pair", () -> new Pad(List.of(List.of(1L)), 0)));
  }

  private static Pad of(float value, long... widths) {
    List<List<Long>> pads = new ArrayList<>();
    for (int i = 0; i < widths.length; i += 2) {
      pads.add(List.of(widths[i], widths[i + 1]));
    }
    return new Pad(pads, value);
  }
}
