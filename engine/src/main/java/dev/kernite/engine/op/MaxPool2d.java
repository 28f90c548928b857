package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;

/**
 * The largest pixel of each window, NaN if it has one; see {@link Pooling} for the shapes. The
 * gradient goes to the first of equal pixels.
 *
 * @param kernel taps of the window
 * @param stride from one output to the next, in pixels; the kernel's extents if empty
 * @param padding rows and columns around the image that are smaller than anything
 * @param dilation from one tap to the next, in pixels
 * @param ceilMode round extents up
 */
@Named("max_pool2d")
@Input("x")
public record MaxPool2d(
    PerAxis kernel,
    @Default("[]") PerAxis stride,
    @Default("0") PerAxis padding,
    @Default("1") PerAxis dilation,
    @Default("false") boolean ceilMode)
    implements Pooling {

  /** Checks the attributes. */
  public MaxPool2d {
    Pooling.checkAttributes("max_pool2d", kernel, stride, padding, dilation);
  }

  /** Windows side by side. */
  public MaxPool2d(int kernel) {
    this(PerAxis.of(kernel), PerAxis.of(), PerAxis.of(0), PerAxis.of(1), false);
  }

  @Override
  public void forward(Call c) {
    long indices = c.recording() ? c.save(DType.I32, c.output().shape()).address() : 0;
    c.backend()
        .pool()
        .maxPool(
            sizes(c.input(0).shape(), c.output().shape()),
            c.address(0),
            c.output().address(),
            indices);
  }

  @Override
  public void backward(Gradient g) {
    g.backend()
        .pool()
        .maxPoolGrad(
            sizes(g.input(0).shape(), g.output().shape()),
            g.saved(0).address(),
            g.upstream().address(),
            g.result(0).address());
  }
}
