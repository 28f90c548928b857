package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Root-mean-square normalisation (Zhang and Sennrich 2019) over the last axis of x + residual, in
 * one pass. The sum is a result too, called {@code sum}, with a gradient of its own. The bits are
 * those of an addition before a {@link RmsNorm}.
 *
 * @param eps added to the mean square
 */
@Named("add_rms_norm")
@Input("x")
@Input("residual")
@Input(value = "weight", optional = true)
public record AddRmsNorm(@Default("1e-6") float eps) implements Op {
  private static final int SUM = 0;

  @Override
  public Shape shape(Shape... in) {
    return Residuals.check(this, in);
  }

  @Override
  public void forward(Call c) {
    Shape x = c.input(0).shape();
    long rows = x.outer(-1);
    long rstd = c.recording() ? c.save(DType.F32, Shape.of(rows)).address() : 0;
    c.backend()
        .norm()
        .addRmsNorm(
            c.address(0),
            c.address(1),
            c.address(2),
            c.further("sum", x).address(),
            c.output().address(),
            rstd,
            rows,
            x.dim(-1),
            eps);
  }

  @Override
  public void backward(Gradient g) {
    Shape x = g.output().shape();
    long dx = g.wants(0) ? g.resultAddress(0) : g.resultAddress(1);
    g.backend()
        .norm()
        .addRmsNormGrad(
            g.further(SUM).address(),
            g.address(2),
            g.saved(0).address(),
            g.upstream().address(),
            g.furtherUpstreamAddress(SUM),
            dx,
            g.resultAddress(2),
            x.outer(-1),
            x.dim(-1));
    Residuals.shareGradient(g, dx);
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(5, in[0].size(), 4);
  }
}
