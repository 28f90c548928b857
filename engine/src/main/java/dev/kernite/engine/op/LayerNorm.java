package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import java.util.List;

/**
 * (x - mean) / sqrt(variance + eps) weight + bias over the last axes (Ba et al. 2016), with the
 * biased variance.
 *
 * @param normalizedShape extents of the axes normalised over: the last ones of x, and the shape of
 *     weight and bias; empty for the last axis alone
 * @param eps added to the variance
 */
@Named("layer_norm")
@Input("x")
@Input(value = "weight", optional = true)
@Input(value = "bias", optional = true)
public record LayerNorm(@Default("[]") List<Long> normalizedShape, @Default("1e-5") float eps)
    implements Op {

  /** Over the last axis. */
  public LayerNorm(float eps) {
    this(List.of(), eps);
  }

  private long cols(Shape x) {
    return normalizedShape.isEmpty()
        ? x.dim(-1)
        : normalizedShape.stream().mapToLong(Long::longValue).reduce(1, (a, b) -> a * b);
  }

  @Override
  public Shape shape(Shape... in) {
    int axes = Math.max(1, normalizedShape.size());
    if (in[0].rank() < axes) {
      throw Op.misfit(this, "x has fewer axes than normalized_shape " + normalizedShape, in);
    }
    for (int i = 0; i < normalizedShape.size(); i++) {
      if (in[0].dim(i - axes) != normalizedShape.get(i)) {
        throw Op.misfit(this, "x does not end in normalized_shape " + normalizedShape, in);
      }
    }
    for (int i = 1; i < in.length; i++) {
      if (in[i] != null && in[i].size() != cols(in[0])) {
        throw Op.misfit(this, "weight and bias need " + cols(in[0]) + " values", in);
      }
    }
    return in[0];
  }

  @Override
  public void forward(Call c) {
    long cols = cols(c.input(0).shape());
    long rows = cols == 0 ? 0 : c.output().size() / cols;
    long mean = c.recording() ? c.save(DType.F32, Shape.of(rows)).address() : 0;
    long rstd = c.recording() ? c.save(DType.F32, Shape.of(rows)).address() : 0;
    c.backend()
        .norm()
        .layerNorm(
            c.address(0),
            c.address(1),
            c.address(2),
            c.output().address(),
            mean,
            rstd,
            rows,
            cols,
            eps);
  }

  @Override
  public void backward(Gradient g) {
    long cols = cols(g.input(0).shape());
    long rows = cols == 0 ? 0 : g.output().size() / cols;
    g.backend()
        .norm()
        .layerNormGrad(
            g.address(0),
            g.address(1),
            g.saved(0).address(),
            g.saved(1).address(),
            g.upstream().address(),
            g.resultAddress(0),
            g.resultAddress(1),
            g.resultAddress(2),
            rows,
            cols);
  }

  @Override
  public Cost cost(Shape... in) {
    return Cost.elementwise(8, in[0].size(), 2);
  }
}
