package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.BatchNorm;
import dev.kernite.kernels.Pool;
import dev.kernite.kernels.SlidingWindow;
import java.util.Arrays;
import java.util.Locale;

/**
 * What networks do with images {@code x[batch, channels, size, size]} between their convolutions:
 * pooling by windows of 2 x 2 side by side, and batch normalisation in training.
 */
public final class ImageWork implements Workload {
  /** What is done, and the bytes it moves for each value of x. */
  public enum Function {
    /** The largest pixels and their places. */
    MAX_POOL(6),
    /** Each dy to where the largest pixel was. */
    MAX_POOL_BACKWARD(6),
    /** Means. */
    AVG_POOL(5),
    /** Each dy to its window. */
    AVG_POOL_BACKWARD(5),
    /** Mean and variance of each channel, and x normalised by them. */
    BATCH_NORM(8),
    /** Gradients of x, gain and bias. */
    BATCH_NORM_BACKWARD(12);

    private final double bytesEach;

    Function(double bytesEach) {
      this.bytesEach = bytesEach;
    }
  }

  private static final float EPS = 1e-5f;
  private static final double FLOPS_EACH = 4;
  private static final int CHECKED = 64;

  private final Backend backend;
  private final Operands operands;
  private final Function function;
  private final int batch;
  private final int channels;
  private final int size;
  private final Pool.Shape pool;
  private final BatchNorm.Shape norm;
  private final long large; // images as they come, or their gradient
  private final long small; // what pooling makes of them
  private long places;
  private final long result;
  private long dy;
  private long gain;
  private long mean;
  private long variance;
  private long dgain;
  private long dbias;

  /**
   * Allocates and fills the operands.
   *
   * @param size height and width of the images, even
   */
  public ImageWork(Backend backend, Function function, int batch, int channels, int size) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.function = function;
    this.batch = batch;
    this.channels = channels;
    this.size = size;
    SlidingWindow window = new SlidingWindow(2, 2, 2, 2, 0, 0, 1, 1);
    pool = new Pool.Shape((long) batch * channels, size, size, size / 2, size / 2, window);
    norm = new BatchNorm.Shape(batch, channels, (long) size * size);
    long values = norm.count() * channels;
    boolean pools = function.compareTo(Function.BATCH_NORM) < 0;
    boolean backward = name().endsWith("backward");
    large = pools && backward ? operands.output(values) : operands.normal(values);
    small = pools ? backward ? operands.normal(values / 4) : operands.output(values / 4) : 0;
    result = !pools ? operands.output(values) : backward ? large : small;
    switch (function) {
      case MAX_POOL -> places = operands.output(values / 4);
      case MAX_POOL_BACKWARD -> {
        int[] first = new int[(int) (values / 4)];
        Arrays.setAll(first, i -> 2 * (i % (size * size / 4) / (size / 2) * size + i % (size / 2)));
        places = operands.indices(first);
      }
      case AVG_POOL, AVG_POOL_BACKWARD -> {}
      case BATCH_NORM, BATCH_NORM_BACKWARD -> {
        gain = operands.normal(channels);
        mean = operands.normal(channels);
        variance = operands.normal(channels);
        dy = operands.normal(backward ? values : 0);
        dgain = operands.output(channels);
        dbias = operands.output(channels);
        backend.batchNorm().statistics(norm, large, mean, variance);
      }
    }
  }

  private String name() {
    return function.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Address of what is computed. */
  public long result() {
    return result;
  }

  @Override
  public String op() {
    return name();
  }

  @Override
  public String shape() {
    return "%dx%dx%dx%d".formatted(batch, channels, size, size);
  }

  /** About; for the place on the roofline only. */
  @Override
  public double flops() {
    return FLOPS_EACH * norm.count() * channels;
  }

  @Override
  public double bytes() {
    return function.bytesEach * norm.count() * channels;
  }

  @Override
  public void run() {
    Pool.Divisor pixels = new Pool.Divisor(0, true);
    switch (function) {
      case MAX_POOL -> backend.pool().maxPool(pool, large, small, places);
      case MAX_POOL_BACKWARD -> backend.pool().maxPoolGrad(pool, places, small, large);
      case AVG_POOL -> backend.pool().avgPool(pool, pixels, large, small);
      case AVG_POOL_BACKWARD -> backend.pool().avgPoolGrad(pool, pixels, small, large);
      case BATCH_NORM -> {
        backend.batchNorm().statistics(norm, large, mean, variance);
        backend.batchNorm().normalise(norm, large, mean, variance, gain, gain, EPS, result);
      }
      case BATCH_NORM_BACKWARD ->
          backend
              .batchNorm()
              .grad(norm, true, large, mean, variance, gain, EPS, dy, result, dgain, dbias);
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
    long values = (long) batch * channels * size * size;
    long results = result == small ? values / 4 : values;
    double[][] images = new double[channels][];
    for (int i = 0; i < CHECKED; i++) {
      long at = i * (results - 1) / (CHECKED - 1);
      double expected =
          switch (function) {
            case MAX_POOL -> Arrays.stream(window(at)).max().orElseThrow();
            case AVG_POOL -> Arrays.stream(window(at)).average().orElseThrow();
            case MAX_POOL_BACKWARD -> first(at) ? value(small, pooled(at)) : 0;
            case AVG_POOL_BACKWARD -> value(small, pooled(at)) / 4;
            case BATCH_NORM, BATCH_NORM_BACKWARD -> normalised(at, images);
          };
      Operands.requireClose(
          "%s %s [%d]".formatted(op(), shape(), at),
          value(result, at),
          expected,
          1e-5 * (1 + Math.abs(expected)));
    }
  }

  private double value(long address, long at) {
    return operands.read(address, at, 1)[0];
  }

  /** The pixels that a pooled one sees. */
  private double[] window(long at) {
    int half = size / 2;
    long row = at / half * 2 * size + at % half * 2; // planes have an even number of rows
    return new double[] {
      value(large, row),
      value(large, row + 1),
      value(large, row + size),
      value(large, row + size + 1)
    };
  }

  private long pooled(long at) {
    return at / size / 2 * (size / 2) + at % size / 2;
  }

  private boolean first(long at) {
    return at / size % 2 == 0 && at % size % 2 == 0;
  }

  /**
   * The result or gradient at a place.
   *
   * @param sums of each channel, as far as known: mean, deviation, and means of dy and dy (x -
   *     mean)
   */
  private double normalised(long at, double[][] sums) {
    int channel = (int) (at / size / size % channels);
    if (sums[channel] == null) {
      sums[channel] = sums(channel);
    }
    double[] s = sums[channel];
    double weight = value(gain, channel);
    double unit = (value(large, at) - s[0]) / s[1];
    return function == Function.BATCH_NORM
        ? unit * weight + weight
        : weight / s[1] * (value(dy, at) - s[2] - unit * s[3] / s[1]);
  }

  private double[] sums(int channel) {
    int pixels = size * size;
    double[] x = new double[batch * pixels];
    double[] upstream = new double[x.length];
    for (int n = 0; n < batch; n++) {
      long from = ((long) n * channels + channel) * pixels;
      System.arraycopy(operands.readDoubles(large, from, pixels), 0, x, n * pixels, pixels);
      if (function == Function.BATCH_NORM_BACKWARD) {
        double[] part = operands.readDoubles(dy, from, pixels);
        System.arraycopy(part, 0, upstream, n * pixels, pixels);
      }
    }
    double average = Arrays.stream(x).average().orElseThrow();
    double squares = 0;
    double sum = 0;
    double dot = 0;
    for (int i = 0; i < x.length; i++) {
      squares += (x[i] - average) * (x[i] - average);
      sum += upstream[i];
      dot += upstream[i] * (x[i] - average);
    }
    double deviation = Math.sqrt(squares / x.length + EPS);
    return new double[] {average, deviation, sum / x.length, dot / x.length};
  }

  @Override
  public void close() {
    operands.close();
  }
}
