package dev.kernite.engine.op;

import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Pool;

/**
 * The mean of each window; see {@link Pooling} for the shapes.
 *
 * @param kernel taps of the window
 * @param stride from one output to the next, in pixels; the kernel's extents if empty
 * @param padding rows and columns of zeros around the image
 * @param ceilMode round extents up
 * @param countIncludePad whether the mean counts the padding, but nothing beyond it
 * @param divisorOverride what sums are divided by instead of the number of pixels; 0 for none
 */
@Named("avg_pool2d")
@Input("x")
public record AvgPool2d(
    PerAxis kernel,
    @Default("[]") PerAxis stride,
    @Default("0") PerAxis padding,
    @Default("false") boolean ceilMode,
    @Default("true") boolean countIncludePad,
    @Default("0") int divisorOverride)
    implements Pooling {

  /** Checks the attributes. */
  public AvgPool2d {
    Pooling.checkAttributes("avg_pool2d", kernel, stride, padding, PerAxis.of(1));
  }

  /** Windows side by side. */
  public AvgPool2d(int kernel) {
    this(PerAxis.of(kernel), PerAxis.of(), PerAxis.of(0), false, true, 0);
  }

  private Pool.Divisor divisor() {
    return new Pool.Divisor(divisorOverride, countIncludePad);
  }

  @Override
  public void forward(Call c) {
    c.backend()
        .pool()
        .avgPool(
            sizes(c.input(0).shape(), c.output().shape()),
            divisor(),
            c.address(0),
            c.output().address());
  }

  @Override
  public void backward(Gradient g) {
    g.backend()
        .pool()
        .avgPoolGrad(
            sizes(g.input(0).shape(), g.output().shape()),
            divisor(),
            g.upstream().address(),
            g.result(0).address());
  }
}
