package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.Conv;
import dev.kernite.kernels.ReduceFunction;
import java.util.Arrays;

/**
 * Convolutions, in the field's sense (cross-correlations), continued with zeros: x [batch, in,
 * size] with weight [out, in / groups, taps] and bias [out] gives [batch, out, size], where size
 * and taps are one or two axes; an x without a batch axis is one image. {@link ConvTranspose2d} is
 * the adjoint and says what it does otherwise.
 */
public sealed interface Convolution extends Op permits Conv1d, Conv2d, ConvTranspose2d {
  /** Axes that the window moves along. */
  int axes();

  /** From one output to the next, in pixels. */
  PerAxis stride();

  /** Zeros on each side of the image. */
  PerAxis padding();

  /** From one tap to the next, in pixels. */
  PerAxis dilation();

  /** Equal parts of the channels that do not see one another. */
  int groups();

  /** Fails unless the attributes can hold for some input. */
  static void checkAttributes(
      String name, int axes, PerAxis stride, PerAxis padding, PerAxis dilation, int groups) {
    stride.check(name + ": stride", axes, 1);
    padding.check(name + ": padding", axes, 0);
    dilation.check(name + ": dilation", axes, 1);
    PerAxis.of(groups).check(name + ": groups", 1, 1);
  }

  /** Fails unless the ranks fit, and channels divide into groups. */
  static void checkInputs(Convolution op, long channelsOfWeight, long biases, Shape... in) {
    Shape x = in[0];
    Shape weight = in[1];
    int channel = x.rank() - op.axes() - 1;
    if (channel != 0 && channel != 1) {
      throw Op.misfit(op, "x must be [batch, channels, size] or [channels, size]", in);
    }
    if (x.dim(channel) != channelsOfWeight || weight.dim(0) % op.groups() != 0) {
      String why = "channels of x, weight and groups %d do not fit".formatted(op.groups());
      throw Op.misfit(op, why, in);
    }
    if (in.length > 2 && in[2] != null && !in[2].equals(Shape.of(biases))) {
      throw Op.misfit(op, "the bias needs " + biases + " values", in);
    }
  }

  /**
   * Fails unless the weight has its axes, none of them empty, and kernels can number its values.
   */
  static void checkWeight(Convolution op, Shape... in) {
    Shape weight = in[1];
    if (weight.rank() != op.axes() + 2 || weight.size() == 0) {
      throw Op.misfit(op, "the weight must be [channels, channels of a group, taps]", in);
    }
    long most = Integer.MAX_VALUE;
    for (int axis = 0; axis < weight.rank(); axis++) {
      if (weight.dim(axis) * op.groups() > most) {
        throw Op.misfit(op, "the weight has more than " + most + " channels or taps", in);
      }
    }
    if (weight.inner(0) > most || weight.size() / weight.dim(1) > most) {
      throw Op.misfit(op, "the weight has more than " + most + " taps a channel", in);
    }
  }

  /** The taps of a weight along each axis. */
  static int[] taps(Convolution op, Shape weight) {
    long[] d = weight.toArray();
    return Arrays.stream(d, d.length - op.axes(), d.length).mapToInt(Math::toIntExact).toArray();
  }

  /** The result's shape: x with other channels and extents. */
  static Shape result(Convolution op, Shape x, long channels, long[] extents, Shape... in) {
    Shape y = Windows.withLast(x, extents).with(-op.axes() - 1, channels);
    Windows.requirePixels(op, x, op.axes(), in);
    Windows.requirePixels(op, y, op.axes(), in);
    return y;
  }

  /**
   * Sizes for the kernels.
   *
   * @param image shape of what the window moves over
   * @param out shape of what it gives
   */
  static Conv.Shape sizes(Convolution op, Shape image, Shape out, Shape weight) {
    int axes = op.axes();
    return new Conv.Shape(
        image.outer(-axes - 1),
        op.groups(),
        Math.toIntExact(image.dim(-axes - 1)),
        Windows.height(image, axes),
        Windows.width(image),
        Math.toIntExact(out.dim(-axes - 1)),
        Windows.height(out, axes),
        Windows.width(out),
        Windows.of(taps(op, weight), op.stride(), op.padding(), op.dilation()));
  }

  /** The gradient of a bias, if it is wanted: sums over batch and pixels of each channel. */
  static void biasGrad(Convolution op, Gradient g, int input) {
    if (!g.wants(input)) {
      return;
    }
    Shape y = g.output().shape();
    long channels = y.dim(-op.axes() - 1);
    long batch = y.outer(-op.axes() - 1);
    long pixels = y.inner(-op.axes() - 1);
    Tensor sums = g.scratch(DType.F32, Shape.of(batch, channels));
    long dy = g.upstream().address();
    long each = sums.address();
    g.backend().reduce().reduce(ReduceFunction.SUM, dy, each, batch * channels, pixels, 1, 0);
    long dbias = g.resultAddress(input);
    g.backend().reduce().reduce(ReduceFunction.SUM, each, dbias, 1, batch, channels, 0);
  }

  @Override
  default Shape shape(Shape... in) {
    checkWeight(this, in);
    Shape weight = in[1];
    checkInputs(this, weight.dim(1) * groups(), weight.dim(0), in);
    long[] extents =
        Windows.outputs(
            this, in[0], taps(this, weight), stride(), padding(), dilation(), false, in);
    return result(this, in[0], weight.dim(0), extents, in);
  }

  @Override
  default void forward(Call c) {
    Conv.Shape sizes = sizes(this, c.input(0).shape(), c.output().shape(), c.input(1).shape());
    long y = c.output().address();
    c.backend().conv().forward(sizes, c.address(0), c.address(1), c.address(2), y);
  }

  @Override
  default void backward(Gradient g) {
    Conv.Shape sizes = sizes(this, g.input(0).shape(), g.output().shape(), g.input(1).shape());
    long dy = g.upstream().address();
    if (g.wants(0)) {
      g.backend().conv().transposed(sizes, dy, g.address(1), 0, g.resultAddress(0));
    }
    if (g.wants(1)) {
      g.backend().conv().weightGrad(sizes, g.address(0), dy, g.resultAddress(1));
    }
    biasGrad(this, g, 2);
  }

  @Override
  default Cost cost(Shape... in) {
    return cost(sizes(this, in[0], shape(in), in[1]), shape(in), in);
  }

  /** Two operations for each tap of each output; every value moved once. */
  static Cost cost(Conv.Shape s, Shape result, Shape... in) {
    double flops = 2.0 * s.batch() * s.outChannels() * s.outPixels() * s.patch();
    return new Cost(flops, 4.0 * (in[0].size() + in[1].size() + result.size()));
  }
}
