package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;

/**
 * A convolution of a DCGAN: windows of 4 x 4 with stride 2 and padding 1, which halve an image; its
 * transpose, which doubles it; and the gradient of its weight. All three do the same arithmetic.
 */
public final class ConvWork implements Workload {
  /** Which of the three. */
  public enum Direction {
    /** y from x. */
    FORWARD("conv2d"),
    /** x from y. */
    TRANSPOSED("conv2d transposed"),
    /** The gradient of the weight. */
    WEIGHT("conv2d weight gradient");

    private final String op;

    Direction(String op) {
      this.op = op;
    }
  }

  private static final int TAPS = 4;
  private static final int CHECKED = 64;

  private final Backend backend;
  private final Operands operands;
  private final Direction direction;
  private final Conv.Shape shape;
  private final long x;
  private final long y;
  private final long weight;

  /**
   * Allocates and fills the operands.
   *
   * @param size height and width of the large images, even
   */
  public ConvWork(Backend backend, Direction direction, int batch, int in, int out, int size) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.direction = direction;
    SlidingWindow window = new SlidingWindow(TAPS, TAPS, 2, 2, 1, 1, 1, 1);
    shape = new Conv.Shape(batch, 1, in, size, size, out, size / 2, size / 2, window);
    x = operand(Direction.TRANSPOSED, (long) batch * in * shape.inPixels());
    y = operand(Direction.FORWARD, (long) batch * out * shape.outPixels());
    weight = operand(Direction.WEIGHT, (long) out * shape.patch());
  }

  private long operand(Direction computes, long values) {
    return direction == computes ? operands.output(values) : operands.normal(values);
  }

  /** Address of what is computed. */
  public long result() {
    return switch (direction) {
      case FORWARD -> y;
      case TRANSPOSED -> x;
      case WEIGHT -> weight;
    };
  }

  @Override
  public String op() {
    return direction.op;
  }

  @Override
  public String shape() {
    return "%dx%dx%dx%d to %d"
        .formatted(
            shape.batch(),
            shape.inChannels(),
            shape.inHeight(),
            shape.inWidth(),
            shape.outChannels());
  }

  @Override
  public double flops() {
    return 2.0 * shape.batch() * shape.outChannels() * shape.outPixels() * shape.patch();
  }

  @Override
  public double bytes() {
    double images = (double) shape.inChannels() * shape.inPixels();
    double results = (double) shape.outChannels() * shape.outPixels();
    return 4 * (shape.batch() * (images + results) + (double) shape.outChannels() * shape.patch());
  }

  @Override
  public void run() {
    switch (direction) {
      case FORWARD -> backend.conv().forward(shape, x, weight, 0, y);
      case TRANSPOSED -> backend.conv().transposed(shape, y, weight, 0, x);
      case WEIGHT -> backend.conv().weightGrad(shape, x, y, weight);
    }
  }

  @Override
  public void settle() {
    backend.memory().synchronize();
  }

  @Override
  public void spoil() {
    operands.spoil();
  }

  /** Checks some values by the definition, evenly spread over the result. */
  @Override
  public void check() {
    long values =
        switch (direction) {
          case FORWARD -> shape.batch() * shape.outChannels() * shape.outPixels();
          case TRANSPOSED -> shape.batch() * shape.inChannels() * shape.inPixels();
          case WEIGHT -> (long) shape.outChannels() * shape.patch();
        };
    for (int i = 0; i < CHECKED; i++) {
      long at = i * (values - 1) / (CHECKED - 1);
      Sum sum = new Sum();
      switch (direction) {
        case FORWARD -> forward(at, sum);
        case TRANSPOSED -> transposed(at, sum);
        case WEIGHT -> weightGrad(at, sum);
      }
      double tolerance = 4 * Math.sqrt(sum.terms) * 0x1p-24 * sum.size;
      String where = "%s %s [%d]".formatted(op(), shape(), at);
      Operands.requireClose(where, operands.read(result(), at, 1)[0], sum.value, tolerance);
    }
  }

  /** A sum of products, and what its errors are relative to. */
  private static final class Sum {
    double value;
    double size;
    long terms;

    void add(double a, double b) {
      value += a * b;
      size += Math.abs(a * b);
      terms++;
    }
  }

  private void forward(long at, Sum sum) {
    int pixels = shape.outPixels();
    int row = (int) (at % pixels) / shape.outWidth();
    int column = (int) (at % pixels) % shape.outWidth();
    long channel = at / pixels % shape.outChannels();
    double[] taps = operands.readDoubles(weight, channel * shape.patch(), shape.patch());
    for (int k = 0; k < taps.length; k++) {
      sum.add(taps[k], pixel(at / pixels / shape.outChannels(), k, row, column));
    }
  }

  /** The pixel of an image that a tap of an output sees, 0 beyond the image. */
  private double pixel(long image, int tap, int row, int column) {
    int i = 2 * row - 1 + tap % (TAPS * TAPS) / TAPS;
    int j = 2 * column - 1 + tap % TAPS;
    if (i < 0 || i >= shape.inHeight() || j < 0 || j >= shape.inWidth()) {
      return 0;
    }
    long plane = image * shape.inChannels() + tap / (TAPS * TAPS);
    return operands.read(x, (plane * shape.inHeight() + i) * shape.inWidth() + j, 1)[0];
  }

  private void transposed(long at, Sum sum) {
    int row = (int) (at % shape.inPixels()) / shape.inWidth();
    int column = (int) (at % shape.inPixels()) % shape.inWidth();
    long channel = at / shape.inPixels() % shape.inChannels();
    long image = at / shape.inPixels() / shape.inChannels();
    for (int tap = 0; tap < TAPS * TAPS; tap++) {
      int i = row + 1 - tap / TAPS;
      int j = column + 1 - tap % TAPS;
      boolean meets = i % 2 == 0 && j % 2 == 0 && i >= 0 && j >= 0;
      if (meets && i / 2 < shape.outHeight() && j / 2 < shape.outWidth()) {
        for (int out = 0; out < shape.outChannels(); out++) {
          long plane = image * shape.outChannels() + out;
          long place = (plane * shape.outHeight() + i / 2) * shape.outWidth() + j / 2;
          long own = (long) out * shape.patch() + channel * TAPS * TAPS + tap;
          sum.add(operands.read(y, place, 1)[0], operands.read(weight, own, 1)[0]);
        }
      }
    }
  }

  private void weightGrad(long at, Sum sum) {
    int tap = (int) (at % shape.patch());
    long out = at / shape.patch();
    for (long image = 0; image < shape.batch(); image++) {
      long first = (image * shape.outChannels() + out) * shape.outPixels();
      double[] plane = operands.readDoubles(y, first, shape.outPixels());
      for (int p = 0; p < plane.length; p++) {
        sum.add(plane[p], pixel(image, tap, p / shape.outWidth(), p % shape.outWidth()));
      }
    }
  }

  @Override
  public void close() {
    operands.close();
  }
}
