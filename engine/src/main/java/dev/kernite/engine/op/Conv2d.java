package dev.kernite.engine.op;

/**
 * Images x [batch, in, height, width] convolved with weight [out, in / groups, height, width] and
 * bias [out]: [batch, out, height, width], of extents {@code (size + 2 padding - dilation (taps -
 * 1) - 1) / stride + 1}, rounded down.
 *
 * @param stride from one output to the next, in pixels
 * @param padding zeros on each side
 * @param dilation from one tap to the next, in pixels
 * @param groups equal parts of the channels that do not see one another
 */
@Named("conv2d")
@Input("x")
@Input("weight")
@Input(value = "bias", optional = true)
public record Conv2d(
    @Default("1") PerAxis stride,
    @Default("0") PerAxis padding,
    @Default("1") PerAxis dilation,
    @Default("1") int groups)
    implements Convolution {

  /** Checks the attributes. */
  public Conv2d {
    Convolution.checkAttributes("conv2d", 2, stride, padding, dilation, groups);
  }

  /** Dense, one group. */
  public Conv2d(int stride, int padding) {
    this(PerAxis.of(stride), PerAxis.of(padding), PerAxis.of(1), 1);
  }

  @Override
  public int axes() {
    return 2;
  }
}
