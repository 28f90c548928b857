package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * Enlarges images x [batch, channels, height, width], or sequences [batch, channels, length], by
 * repeating each pixel.
 *
 * @param scale how often along each axis
 */
@Named("upsample_nearest")
@Input("x")
public record UpsampleNearest(PerAxis scale) implements Op {
  /** Checks the scale. */
  public UpsampleNearest {
    scale.check("upsample_nearest: scale", 2, 1);
  }

  /** The same along all axes. */
  public UpsampleNearest(int scale) {
    this(PerAxis.of(scale));
  }

  private static int axes(Shape x) {
    return x.rank() - 2;
  }

  private int scaleY(Shape x) {
    return axes(x) == 1 ? 1 : scale.at(0);
  }

  private int scaleX(Shape x) {
    return scale.at(axes(x) - 1);
  }

  @Override
  public Shape shape(Shape... in) {
    Shape x = in[0];
    if (x.rank() != 3 && x.rank() != 4) {
      throw Op.misfit(this, "x must be [batch, channels, height, width] or one axis less", in);
    }
    scale.check("upsample_nearest: scale", axes(x), 1);
    Shape y = x.with(-1, x.dim(-1) * scaleX(x));
    if (axes(x) == 2) {
      y = y.with(-2, x.dim(-2) * scaleY(x));
    }
    Windows.requirePixels(this, y, axes(x), in);
    return y;
  }

  @Override
  public void forward(Call c) {
    Shape x = c.input(0).shape();
    c.backend()
        .pool()
        .upsample(
            x.outer(2),
            Windows.height(x, axes(x)),
            Windows.width(x),
            scaleY(x),
            scaleX(x),
            c.address(0),
            c.output().address());
  }

  @Override
  public void backward(Gradient g) {
    Shape x = g.input(0).shape();
    g.backend()
        .pool()
        .upsampleGrad(
            x.outer(2),
            Windows.height(x, axes(x)),
            Windows.width(x),
            scaleY(x),
            scaleX(x),
            g.upstream().address(),
            g.result(0).address());
  }

  @Override
  public Cost cost(Shape... in) {
    return new Cost(0, 4.0 * (in[0].size() + shape(in).size()));
  }
}
