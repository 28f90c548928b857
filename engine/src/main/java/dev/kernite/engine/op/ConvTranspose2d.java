package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Conv;

/**
 * The adjoint of {@link Conv2d}: each pixel of x [batch, in, height, width] is spread by weight
 * [in, out / groups, height, width] over the result [batch, out, height, width], whose extents are
 * {@code (size - 1) stride - 2 padding + dilation (taps - 1) + output_padding + 1}. So it enlarges
 * what a convolution of the same attributes makes smaller; bias [out] is added.
 *
 * @param stride from one pixel's window to the next, in pixels of the result
 * @param padding pixels cut off on each side of the result
 * @param outputPadding pixels more at the bottom and on the right; less than stride or dilation
 * @param dilation from one tap to the next, in pixels of the result
 * @param groups equal parts of the channels that do not see one another
 */
@Named("conv_transpose2d")
@Input("x")
@Input("weight")
@Input(value = "bias", optional = true)
public record ConvTranspose2d(
    @Default("1") PerAxis stride,
    @Default("0") PerAxis padding,
    @Default("0") PerAxis outputPadding,
    @Default("1") PerAxis dilation,
    @Default("1") int groups)
    implements Convolution {

  /** Checks the attributes. */
  public ConvTranspose2d {
    String name = "conv_transpose2d";
    Convolution.checkAttributes(name, 2, stride, padding, dilation, groups);
    outputPadding.check(name + ": output_padding", 2, 0);
    for (int axis = 0; axis < 2; axis++) {
      if (outputPadding.at(axis) >= Math.max(stride.at(axis), dilation.at(axis))) {
        throw new EngineException(
            "%s: output_padding %s must be less than stride %s or dilation %s"
                .formatted(name, outputPadding, stride, dilation));
      }
    }
  }

  /** Dense, one group. */
  public ConvTranspose2d(int stride, int padding) {
    this(PerAxis.of(stride), PerAxis.of(padding), PerAxis.of(0), PerAxis.of(1), 1);
  }

  @Override
  public int axes() {
    return 2;
  }

  @Override
  public Shape shape(Shape... in) {
    Convolution.checkWeight(this, in);
    Shape weight = in[1];
    long channels = weight.dim(1) * groups;
    Convolution.checkInputs(this, weight.dim(0), channels, in);
    int[] taps = Convolution.taps(this, weight);
    long[] extents = new long[2];
    for (int axis = 0; axis < 2; axis++) {
      long size = in[0].dim(axis - 2);
      extents[axis] =
          (size - 1) * stride.at(axis)
              - 2L * padding.at(axis)
              + Windows.extent(taps[axis], dilation.at(axis))
              + outputPadding.at(axis);
      if (size == 0 || extents[axis] < 1) {
        throw Op.misfit(this, "padding " + padding + " leaves nothing of the result", in);
      }
    }
    return Convolution.result(this, in[0], channels, extents, in);
  }

  private Conv.Shape sizes(Shape x, Shape y, Shape weight) {
    return Convolution.sizes(this, y, x, weight);
  }

  @Override
  public void forward(Call c) {
    Conv.Shape sizes = sizes(c.input(0).shape(), c.output().shape(), c.input(1).shape());
    long y = c.output().address();
    c.backend().conv().transposed(sizes, c.address(0), c.address(1), c.address(2), y);
  }

  @Override
  public void backward(Gradient g) {
    Conv.Shape sizes = sizes(g.input(0).shape(), g.output().shape(), g.input(1).shape());
    long dy = g.upstream().address();
    if (g.wants(0)) {
      g.backend().conv().forward(sizes, dy, g.address(1), 0, g.resultAddress(0));
    }
    if (g.wants(1)) {
      g.backend().conv().weightGrad(sizes, dy, g.address(0), g.resultAddress(1));
    }
    Convolution.biasGrad(this, g, 2);
  }

  @Override
  public Cost cost(Shape... in) {
    Shape y = shape(in);
    return Convolution.cost(sizes(in[0], y, in[1]), y, in);
  }
}
