package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.MaskedFill;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** A constant where the mask says so. */
public final class MaskedFillOracle implements Oracle<MaskedFill> {
  @Override
  public NdArray forward(MaskedFill op, List<NdArray> in) {
    return NdArray.generate(
        in.get(0).shape(), at -> in.get(1).at(at) != 0 ? op.value() : in.get(0).at(at));
  }

  @Override
  public double units(MaskedFill op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("same shape", new MaskedFill(-7), r(3, 5), m(3, 5)),
        Sample.ordinary("row mask", new MaskedFill(0.5f), r(3, 5), m(5)),
        Sample.ordinary("column mask", new MaskedFill(0.5f), r(3, 5), m(3, 1)),
        Sample.ordinary("-inf", new MaskedFill(Float.NEGATIVE_INFINITY), r(2, 3, 4), m(2, 1, 4))
            .rough(),
        Sample.edge("scalar", new MaskedFill(1), r(), m()),
        Sample.edge("nothing", new MaskedFill(1), r(0, 3), m(0, 3)),
        Sample.edge("odd", new MaskedFill(1), r(67), m(67)),
        Sample.large(new MaskedFill(1), r(271, 259), m(271, 259)),
        Sample.large(new MaskedFill(1), r(271, 259), m(259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("mask of another shape", new MaskedFill(1), r(3, 5), m(4)),
        Refusal.of("mask larger than x", new MaskedFill(1), r(5), m(3, 5)));
  }

  private static NdArray r(long... dims) {
    return NdArray.random(1, dims);
  }

  private static NdArray m(long... dims) {
    return NdArray.randomMask(2, dims);
  }
}
