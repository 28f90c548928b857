package dev.kernite.engine.op;

/**
 * Sequences x [batch, in, length] convolved with weight [out, in / groups, length] and bias [out]:
 * [batch, out, length], of extents {@code (size + 2 padding - dilation (taps - 1) - 1) / stride +
 * 1}, rounded down.
 *
 * @param stride from one output to the next, in pixels
 * @param padding zeros on each side
 * @param dilation from one tap to the next, in pixels
 * @param groups equal parts of the channels that do not see one another
 */
@Named("conv1d")
@Input("x")
@Input("weight")
@Input(value = "bias", optional = true)
public record Conv1d(
    @Default("1") PerAxis stride,
    @Default("0") PerAxis padding,
    @Default("1") PerAxis dilation,
    @Default("1") int groups)
    implements Convolution {

  /** Checks the attributes. */
  public Conv1d {
    Convolution.checkAttributes("conv1d", 1, stride, padding, dilation, groups);
  }

  /** Dense, one group. */
  public Conv1d(int stride, int padding) {
    this(PerAxis.of(stride), PerAxis.of(padding), PerAxis.of(1), 1);
  }

  @Override
  public int axes() {
    return 1;
  }
}
