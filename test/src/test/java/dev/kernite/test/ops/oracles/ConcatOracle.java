package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Concat;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Tensors one after the other. */
public final class ConcatOracle implements Oracle<Concat> {
  @Override
  public NdArray forward(Concat op, List<NdArray> in) {
    int axis = in.getFirst().shape().axis(op.dim());
    long length = in.stream().mapToLong(x -> x.shape().dim(axis)).sum();
    return NdArray.generate(
        in.getFirst().shape().with(axis, length),
        at -> {
          long position = at[axis];
          int which = 0;
          while (position >= in.get(which).shape().dim(axis)) {
            position -= in.get(which++).shape().dim(axis);
          }
          return in.get(which).at(NdArray.replace(at, axis, position));
        });
  }

  @Override
  public double units(Concat op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", new Concat(0), r(1, 2, 3), r(2, 4, 3)),
        Sample.ordinary("columns of three", new Concat(-1), r(1, 2, 3), r(2, 2, 1), r(3, 2, 4)),
        Sample.ordinary("middle axis", new Concat(1), r(1, 2, 3, 4), r(2, 2, 1, 4)),
        Sample.edge("one tensor", new Concat(0), r(1, 3)),
        Sample.edge("an empty one first", new Concat(0), r(1, 0, 3), r(2, 2, 3)),
        Sample.edge("an empty one last", new Concat(1), r(1, 2, 3), r(2, 2, 0)),
        Sample.large(new Concat(1), r(1, 271, 130), r(2, 271, 129)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("other extents", new Concat(0), r(1, 2, 3), r(2, 2, 4)),
        Refusal.of("other rank", new Concat(0), r(1, 2, 3), r(2, 2)),
        Refusal.of("scalars", new Concat(0), r(1), r(2)),
        Refusal.of("axis that is not there", new Concat(2), r(1, 2, 3), r(2, 2, 3)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
