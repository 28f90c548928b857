package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Where;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** One of two values, as the mask says. */
public final class WhereOracle implements Oracle<Where> {
  @Override
  public NdArray forward(Where op, List<NdArray> in) {
    Shape y =
        Shape.broadcast(Shape.broadcast(in.get(0).shape(), in.get(1).shape()), in.get(2).shape());
    return NdArray.generate(y, at -> in.get(2).at(at) != 0 ? in.get(0).at(at) : in.get(1).at(at));
  }

  @Override
  public double units(Where op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("same shape", new Where(), r(1, 3, 5), r(2, 3, 5), m(3, 5)),
        Sample.ordinary("repeated values", new Where(), r(1, 5), r(2, 3, 1), m(3, 5)),
        Sample.ordinary("repeated mask", new Where(), r(1, 2, 3, 4), r(2, 4), m(3, 1)),
        Sample.ordinary("mask of a larger shape", new Where(), r(1), r(2), m(3, 5)),
        Sample.edge("scalars", new Where(), r(1), r(2), m()),
        Sample.edge("nothing", new Where(), r(1, 0, 3), r(2, 3), m(3)),
        Sample.edge("odd", new Where(), r(1, 67), r(2, 67), m(67)),
        Sample.large(new Where(), r(1, 271, 259), r(2, 259), m(271, 1)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("values of other shapes", new Where(), r(1, 3), r(2, 4), m(1)),
        Refusal.of("mask of another shape", new Where(), r(1, 3), r(2, 3), m(4)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }

  private static NdArray m(long... dims) {
    return NdArray.randomMask(3, dims);
  }
}
