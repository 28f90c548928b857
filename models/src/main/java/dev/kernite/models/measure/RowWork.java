package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Softmax;
import dev.kernite.kernels.UnaryFunction;
import java.util.Arrays;
import java.util.Locale;

/** Functions of the rows of {@code x[rows, cols]}: as fast as memory at best. */
public final class RowWork implements Workload {
  /** Which function. */
  public enum Function {
    /** Value by value, tanh approximation. */
    GELU_TANH(12),
    /** Along the row. */
    SOFTMAX(8),
    /** Along the row. */
    LOG_SOFTMAX(8),
    /** Of the row, with gain and bias, eps 1e-5. */
    LAYER_NORM(8),
    /** Against one class a row: x is read, one loss a row is written. */
    CROSS_ENTROPY(6);

    /** About how many operations a value takes; for the place on the roofline only. */
    private final double flopsEach;

    Function(double flopsEach) {
      this.flopsEach = flopsEach;
    }
  }

  /** Added to the variance by {@link Function#LAYER_NORM}. */
  public static final float EPS = 1e-5f;

  private static final int CHECKED_ROWS = 16;

  private final Backend backend;
  private final Operands operands;
  private final Function function;
  private final int rows;
  private final int cols;
  private final long x;
  private final long y;
  private long gain;
  private long bias;
  private long lse;
  private long targets;
  private int[] classes;

  /** Allocates and fills the operands. */
  public RowWork(Backend backend, Function function, int rows, int cols) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.function = function;
    this.rows = rows;
    this.cols = cols;
    x = operands.normal((long) rows * cols);
    switch (function) {
      case LAYER_NORM -> {
        gain = operands.normal(cols);
        bias = operands.normal(cols);
      }
      case CROSS_ENTROPY -> {
        classes = new int[rows];
        Arrays.setAll(classes, r -> (int) (r * 7919L % cols)); // scattered over the classes
        targets = operands.indices(classes);
        lse = operands.output(rows);
      }
      case GELU_TANH, SOFTMAX, LOG_SOFTMAX -> {}
    }
    y = operands.output(function == Function.CROSS_ENTROPY ? rows : (long) rows * cols);
  }

  /** The same with the shape as text: {@code 1024x768}. */
  public static RowWork of(Backend backend, Function function, String shape) {
    String[] extents = shape.split("x");
    int rows = Integer.parseInt(extents[0]);
    return new RowWork(backend, function, rows, Integer.parseInt(extents[1]));
  }

  /** The function. */
  public Function function() {
    return function;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Values a row. */
  public int cols() {
    return cols;
  }

  /** Address of the argument. */
  public long x() {
    return x;
  }

  /** Address of the result: the shape of x, or one value a row for the loss. */
  public long y() {
    return y;
  }

  /** Address of the gain of {@link Function#LAYER_NORM}, else 0. */
  public long gain() {
    return gain;
  }

  /** Address of the bias of {@link Function#LAYER_NORM}, else 0. */
  public long bias() {
    return bias;
  }

  /** The class of each row of {@link Function#CROSS_ENTROPY}, else null. */
  public int[] classes() {
    return classes == null ? null : classes.clone();
  }

  @Override
  public String op() {
    return function.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String shape() {
    return rows + "x" + cols;
  }

  @Override
  public double flops() {
    return function.flopsEach * rows * cols;
  }

  @Override
  public double bytes() {
    return (function == Function.CROSS_ENTROPY ? 4.0 : 8.0) * rows * cols;
  }

  @Override
  public void run() {
    switch (function) {
      case GELU_TANH ->
          backend.elementwise().unary(UnaryFunction.GELU_TANH, x, y, (long) rows * cols, 0, 0);
      case SOFTMAX -> run(backend.softmax());
      case LOG_SOFTMAX -> backend.softmax().logSoftmax(x, y, rows, cols, 1);
      case LAYER_NORM -> backend.norm().layerNorm(x, gain, bias, y, 0, 0, rows, cols, EPS);
      case CROSS_ENTROPY -> backend.loss().crossEntropy(x, targets, 0, y, lse, rows, cols, -100, 0);
    }
  }

  /** The softmax by other kernels on the same memory. */
  public void run(Softmax kernels) {
    kernels.softmax(x, y, rows, cols, 1);
  }

  @Override
  public void settle() {
    backend.memory().synchronize();
  }

  @Override
  public void spoil() {
    operands.spoil();
  }

  @Override
  public void check() {
    for (int i = 0; i < CHECKED_ROWS; i++) {
      int row = (int) ((long) i * (rows - 1) / (CHECKED_ROWS - 1));
      double[] expected = expected(row, operands.readDoubles(x, (long) row * cols, cols));
      float[] actual = operands.read(y, (long) row * expected.length, expected.length);
      for (int j = 0; j < expected.length; j++) {
        double tolerance =
            function == Function.SOFTMAX
                ? 1e-5 * expected[j]
                : 1e-5 * Math.max(1, Math.abs(expected[j]));
        Operands.requireClose(
            "%s %s [%d, %d]".formatted(op(), shape(), row, j), actual[j], expected[j], tolerance);
      }
    }
  }

  private double[] expected(int row, double[] v) {
    return switch (function) {
      case GELU_TANH -> Arrays.stream(v).map(RowWork::gelu).toArray();
      case SOFTMAX -> {
        double all = logSumExp(v);
        yield Arrays.stream(v).map(u -> Math.exp(u - all)).toArray();
      }
      case LOG_SOFTMAX -> {
        double all = logSumExp(v);
        yield Arrays.stream(v).map(u -> u - all).toArray();
      }
      case CROSS_ENTROPY -> new double[] {logSumExp(v) - v[classes[row]]};
      case LAYER_NORM -> layerNorm(v);
    };
  }

  private static double gelu(double u) {
    return 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u * u * u)));
  }

  private static double logSumExp(double[] v) {
    double max = Arrays.stream(v).max().orElseThrow();
    return max + Math.log(Arrays.stream(v).map(u -> Math.exp(u - max)).sum());
  }

  private double[] layerNorm(double[] v) {
    double mean = Arrays.stream(v).average().orElseThrow();
    double variance = Arrays.stream(v).map(u -> (u - mean) * (u - mean)).average().orElseThrow();
    double[] g = operands.readDoubles(gain, 0, cols);
    double[] b = operands.readDoubles(bias, 0, cols);
    double[] out = new double[cols];
    Arrays.setAll(out, j -> (v[j] - mean) / Math.sqrt(variance + EPS) * g[j] + b[j]);
    return out;
  }

  @Override
  public void close() {
    operands.close();
  }
}
