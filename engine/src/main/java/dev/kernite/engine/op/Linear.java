package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.ReduceFunction;
import java.util.Locale;

/**
 * Affine map of the last axis: [..., in] to [..., out], y = x W^T + bias (or x W for {@code
 * in_out}).
 *
 * @param weightLayout how the weight is stored: {@code out_in} as in torch.nn.Linear, {@code
 *     in_out} as in GPT-2's Conv1D
 */
@Named("linear")
@Input("x")
@Input("weight")
@Input(value = "bias", optional = true)
public record Linear(@Default("out_in") WeightLayout weightLayout) implements Op {

  /** Order of the weight's axes. */
  public enum WeightLayout {
    /** [out, in]. */
    OUT_IN,
    /** [in, out]. */
    IN_OUT;

    /** The layout of the transposed matrix. */
    public WeightLayout transposed() {
      return this == OUT_IN ? IN_OUT : OUT_IN;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private boolean outIn() {
    return weightLayout == WeightLayout.OUT_IN;
  }

  @Override
  public Shape shape(Shape... in) {
    if (in[0].rank() < 1 || in[1].rank() != 2) {
      throw Op.misfit(this, "needs x [..., in] and a matrix for a weight", in);
    }
    long width = in[1].dim(outIn() ? 1 : 0);
    long out = in[1].dim(outIn() ? 0 : 1);
    if (in[0].dim(-1) != width) {
      throw Op.misfit(this, "x has " + in[0].dim(-1) + " features, the weight " + width, in);
    }
    if (in.length > 2 && in[2] != null && !in[2].equals(Shape.of(out))) {
      throw Op.misfit(this, "the bias needs shape [" + out + "]", in);
    }
    return in[0].with(-1, out);
  }

  @Override
  public void forward(Call c) {
    long out = c.output().shape().dim(-1);
    long in = c.input(0).shape().dim(-1);
    long rows = c.input(0).shape().outer(-1);
    c.backend()
        .gemm()
        .multiply(
            Gemm.Shape.dense(false, outIn(), rows, out, in),
            c.address(0),
            c.address(1),
            c.address(2),
            c.output().address());
  }

  @Override
  public void backward(Gradient g) {
    long out = g.output().shape().dim(-1);
    long in = g.input(0).shape().dim(-1);
    long rows = g.input(0).shape().outer(-1);
    long dy = g.upstream().address();
    Gemm gemm = g.backend().gemm();
    if (g.wants(0)) {
      gemm.multiply(
          Gemm.Shape.dense(false, !outIn(), rows, in, out),
          dy,
          g.address(1),
          0,
          g.result(0).address());
    }
    if (g.wants(1)) {
      long dw = g.result(1).address();
      if (outIn()) {
        gemm.multiply(Gemm.Shape.dense(true, false, out, in, rows), dy, g.address(0), 0, dw);
      } else {
        gemm.multiply(Gemm.Shape.dense(true, false, in, out, rows), g.address(0), dy, 0, dw);
      }
    }
    if (g.wants(2)) {
      g.backend().reduce().reduce(ReduceFunction.SUM, dy, g.result(2).address(), 1, rows, out, 0);
    }
  }

  @Override
  public Cost cost(Shape... in) {
    Shape y = shape(in);
    return new Cost(2.0 * y.size() * in[0].dim(-1), 4.0 * (in[0].size() + in[1].size() + y.size()));
  }
}
