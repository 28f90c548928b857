package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * x / sqrt(mean(x^2) + eps) weight over the last axis (Zhang and Sennrich 2019), as in T5.
 *
 * @param eps added to the mean square
 */
@Named("rms_norm")
@Input("x")
@Input(value = "weight", optional = true)
public record RmsNorm(@Default("1e-6") float eps) implements Op {
  @Override
  public Shape shape(Shape... in) {
    if (in[0].rank() < 1) {
      throw Op.misfit(this, "x needs an axis to normalise over", in);
    }
    if (in.length > 1 && in[1] != null && !in[1].equals(Shape.of(in[0].dim(-1)))) {
      throw Op.misfit(this, "the weight needs shape [" + in[0].dim(-1) + "]", in);
    }
    return in[0];
  }

  @Override
  public void forward(Call c) {
    long cols = c.input(0).shape().dim(-1);
    long rows = cols == 0 ? 0 : c.output().size() / cols;
    long rstd = c.recording() ? c.save(DType.F32, Shape.of(rows)).address() : 0;
    c.backend()
        .norm()
        .rmsNorm(c.address(0), c.address(1), c.output().address(), rstd, rows, cols, eps);
  }

  @Override
  public void backward(Gradient g) {
    long cols = g.input(0).shape().dim(-1);
    long rows = cols == 0 ? 0 : g.output().size() / cols;
    g.backend()
        .norm()
        .rmsNormGrad(
            g.address(0),
            g.address(1),
            g.saved(0).address(),
            g.upstream().address(),
            g.resultAddress(0),
            g.resultAddress(1),
            rows,
            cols);
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(4, in[0].size(), 2);
  }
}
