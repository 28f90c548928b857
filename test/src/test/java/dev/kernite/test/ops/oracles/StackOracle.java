package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Stack;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Tensors side by side. */
public final class StackOracle implements Oracle<Stack> {
  @Override
  public NdArray forward(Stack op, List<NdArray> in) {
    Shape one = in.getFirst().shape();
    int axis = op.dim() < 0 ? op.dim() + one.rank() + 1 : op.dim();
    List<Long> dims = new ArrayList<>(Arrays.stream(one.toArray()).boxed().toList());
    dims.add(axis, (long) in.size());
    return NdArray.generate(
        Shape.of(dims.stream().mapToLong(Long::longValue).toArray()),
        at -> {
          List<Long> rest = new ArrayList<>(Arrays.stream(at).boxed().toList());
          int which = rest.remove(axis).intValue();
          return in.get(which).at(rest.stream().mapToLong(Long::longValue).toArray());
        });
  }

  @Override
  public double units(Stack op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("first", new Stack(0), r(1, 2, 3), r(2, 2, 3)),
        Sample.ordinary("last", new Stack(-1), r(1, 2, 3), r(2, 2, 3), r(3, 2, 3)),
        Sample.ordinary("middle", new Stack(1), r(1, 2, 3), r(2, 2, 3)),
        Sample.edge("scalars", new Stack(0), r(1), r(2)),
        Sample.edge("one tensor", new Stack(1), r(1, 3)),
        Sample.edge("nothing", new Stack(0), r(1, 0), r(2, 0)),
        Sample.large(new Stack(1), r(1, 271, 130), r(2, 271, 130)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("other shape", new Stack(0), r(1, 2, 3), r(2, 3, 2)),
        Refusal.of("place that is not there", new Stack(2), r(1, 2), r(2, 2)),
        Refusal.of("negative place that is not there", new Stack(-3), r(1, 2), r(2, 2)));
  }

  private static NdArray r(long seed, long... dims) {
    return NdArray.random(seed, dims);
  }
}
