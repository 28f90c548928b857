package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.LogSoftmax;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** x minus the logarithm of the sum of e^x along an axis. */
public final class LogSoftmaxOracle implements Oracle<LogSoftmax> {
  @Override
  public NdArray forward(LogSoftmax op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int axis = x.shape().axis(op.dim());
    NdArray max = Lines.reduce(x, axis, Lines::max);
    NdArray sum = Lines.reduce(x, axis, line -> Lines.sumOfExp(line, Lines.max(line)));
    return NdArray.generate(x.shape(), at -> x.at(at) - max.at(at) - Math.log(sum.at(at)));
  }

  @Override
  public double units(LogSoftmax op, List<NdArray> in) {
    return 8 + 4 * Math.sqrt(in.getFirst().shape().dim(op.dim()));
  }

  /** x - max and the logarithm of the sum may cancel. */
  @Override
  public NdArray magnitude(LogSoftmax op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 1);
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", new LogSoftmax(-1), NdArray.random(1, 5, 7)),
        Sample.ordinary("columns", new LogSoftmax(0), NdArray.random(2, 6, 5)),
        Sample.ordinary("middle axis", new LogSoftmax(1), NdArray.random(3, 2, 9, 5)),
        Sample.edge("one value a row", new LogSoftmax(-1), NdArray.random(4, 3, 1)),
        Sample.edge("odd row", new LogSoftmax(-1), NdArray.random(5, 2, 67)),
        Sample.edge("wide axis, odd rest", new LogSoftmax(0), NdArray.random(6, 33, 17)),
        Sample.edge("no rows", new LogSoftmax(-1), NdArray.random(7, 0, 4)),
        Sample.edge("no columns", new LogSoftmax(-1), NdArray.random(7, 3, 0)),
        Sample.edge("large values", new LogSoftmax(-1), NdArray.row(1e4, 1e4 - 1, -1e4, 3e38))
            .rough(),
        Sample.edge("only -inf", new LogSoftmax(-1), NdArray.row(NEGATIVE, NEGATIVE, NEGATIVE))
            .rough(),
        Sample.edge("smallest floats", new LogSoftmax(-1), NdArray.row(LOWEST, LOWEST, LOWEST))
            .rough(),
        Sample.large(new LogSoftmax(-1), NdArray.uniform(8, -2, 2, 171, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("axis that is not there", new LogSoftmax(2), NdArray.random(1, 2, 2)),
        Refusal.of("negative axis that is not there", new LogSoftmax(-3), NdArray.random(1, 2, 2)),
        Refusal.of("scalar", new LogSoftmax(-1), NdArray.random(1)));
  }

  private static final double NEGATIVE = Double.NEGATIVE_INFINITY;
  private static final double LOWEST = -Float.MAX_VALUE;
}
