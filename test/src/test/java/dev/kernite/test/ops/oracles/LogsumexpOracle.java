package dev.kernite.test.ops.oracles;

import dev.kernite.engine.op.Logsumexp;
import dev.kernite.test.ops.NdArray;
import dev.kernite.test.ops.Oracle;
import dev.kernite.test.ops.Refusal;
import dev.kernite.test.ops.Sample;
import java.util.List;

/** Logarithm of the sum of e^x along an axis. */
public final class LogsumexpOracle implements Oracle<Logsumexp> {
  @Override
  public NdArray forward(Logsumexp op, List<NdArray> in) {
    NdArray x = in.getFirst();
    int axis = x.shape().axis(op.dim());
    NdArray kept =
        Lines.reduce(
            x,
            axis,
            line -> {
              double max = Lines.max(line);
              double from = Double.isInfinite(max) ? 0 : max; // e^inf and e^-inf as they are
              return from + Math.log(Lines.sumOfExp(line, from));
            });
    return op.keepdim() ? kept : kept.reshape(x.shape().without(axis).toArray());
  }

  @Override
  public double units(Logsumexp op, List<NdArray> in) {
    return 8 + 4 * Math.sqrt(in.getFirst().shape().dim(op.dim()));
  }

  /** The maximum and the logarithm may cancel. */
  @Override
  public NdArray magnitude(Logsumexp op, List<NdArray> in) {
    return forward(op, in).map(y -> Math.abs(y) + 1);
  }

  @Override
  public List<Sample> samples() {
    return List.of(
        Sample.ordinary("rows", new Logsumexp(-1, false), NdArray.random(1, 5, 7)),
        Sample.ordinary("columns", new Logsumexp(0, false), NdArray.random(2, 6, 5)),
        Sample.ordinary("middle axis kept", new Logsumexp(1, true), NdArray.random(3, 2, 9, 5)),
        Sample.edge("one value", new Logsumexp(-1, false), NdArray.random(4, 1)),
        Sample.edge("odd row", new Logsumexp(-1, false), NdArray.random(5, 2, 67)),
        Sample.edge("no rows", new Logsumexp(-1, false), NdArray.random(7, 0, 4)),
        Sample.edge("large", new Logsumexp(-1, false), NdArray.row(1e4, 1e4 - 1, -1e4)).rough(),
        Sample.edge("only -inf", new Logsumexp(0, false), NdArray.row(LOW, LOW)).rough(),
        Sample.large(new Logsumexp(-1, false), NdArray.random(8, 171, 259)));
  }

  @Override
  public List<Refusal> refusals() {
    return List.of(
        Refusal.of("axis that is not there", new Logsumexp(2, true), NdArray.random(1, 2, 2)),
        Refusal.of("scalar", new Logsumexp(-1, false), NdArray.random(1)));
  }

  private static final double LOW = Double.NEGATIVE_INFINITY;
}
