package dev.kernite.test.ops.oracles;

import dev.kernite.engine.Shape;
import dev.kernite.engine.op.Permute;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.Arrays;
import java.util.List;

/** Axes in another order. */
public final class PermuteOracle implements Oracle<Permute> {
  @Override
  public NdArray forward(Permute op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int rank = x.shape().rank();
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      dims[i] = x.shape().dim(op.dims().get(i).intValue());
    }
    return NdArray.generate(
        Shape.of(dims),
        at -> {
          long[] from = new long[rank];
          for (int i = 0; i < rank; i++) {
            from[x.shape().axis(op.dims().get(i).intValue())] = at[i];
          }
          return x.at(from);
        });
  }

  @Override
  public double units(Permute op, List<NdArray> in) {
    return 0;
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("matrix", of(1, 0), NdArray.random(1, 3, 5)),
        Sample.ordinary("three axes", of(2, 0, 1), NdArray.random(1, 2, 3, 5)),
        Sample.ordinary("from the end", of(0, -1, 1), NdArray.random(1, 2, 3, 5)),
        Sample.ordinary("as it is", of(0, 1), NdArray.random(1, 3, 5)),
        Sample.edge("four axes", of(0, 2, 1, 3), NdArray.random(1, 2, 3, 5, 7)),
        Sample.edge("scalar", of(), NdArray.random(1)),
        Sample.edge("nothing", of(1, 0), NdArray.random(1, 0, 3)),
        Sample.edge("odd", of(1, 0), NdArray.random(1, 33, 17)),
        Sample.large(of(1, 0), NdArray.random(1, 271, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("axis twice", of(0, 0), NdArray.random(1, 2, 2)),
        Refusal.of("too few", of(0), NdArray.random(1, 2, 2)),
        Refusal.of("too many", of(0, 1, 2), NdArray.random(1, 2, 2)),
        Refusal.of("axis beyond 32 bits", of(0, 1L << 40), NdArray.random(1, 2, 2)),
        Refusal.of("axis that is not there", of(0, 2), NdArray.random(1, 2, 2)));
  }

  private static Permute of(long... dims) {
    return new Permute(Arrays.stream(dims).boxed().toList());
  }
}
