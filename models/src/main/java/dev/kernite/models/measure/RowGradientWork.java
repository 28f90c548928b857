package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import java.util.Arrays;
import java.util.Locale;

/**
 * Gradients of functions of the rows of {@code x[rows, cols]}: several arrays are read and one is
 * written, as fast as memory at best.
 */
public final class RowGradientWork implements Workload {
  /** Of which function; the values that are read or written for each value of x. */
  public enum Function {
    /** From the result and its gradient. */
    SOFTMAX(3),
    /** With gain: also the gradients of gain and bias. */
    LAYER_NORM(3),
    /** Of the logits, from the log-sum-exp of each row. */
    CROSS_ENTROPY(2);

    private final double valuesEach;

    Function(double valuesEach) {
      this.valuesEach = valuesEach;
    }
  }

  private static final float EPS = 1e-5f;
  private static final float UPSTREAM = 0.25f;
  private static final int CHECKED_ROWS = 16;
  private static final double FLOPS_EACH = 8;

  private final Backend backend;
  private final Operands operands;
  private final Function function;
  private final int rows;
  private final int cols;

  /** The input; for {@link Function#SOFTMAX} the result, whose rows need not sum to 1 here. */
  private final long x;

  private final long dx;
  private long dy;
  private long gain;
  private long mean;
  private long rstd;
  private long dgain;
  private long dbias;
  private long lse;
  private long scale;
  private long targets;
  private int[] classes;

  /** Allocates and fills the operands. */
  public RowGradientWork(Backend backend, Function function, int rows, int cols) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.function = function;
    this.rows = rows;
    this.cols = cols;
    x = operands.normal((long) rows * cols);
    dx = operands.output((long) rows * cols);
    switch (function) {
      case SOFTMAX -> dy = operands.normal((long) rows * cols);
      case LAYER_NORM -> {
        dy = operands.normal((long) rows * cols);
        gain = operands.normal(cols);
        mean = operands.normal(rows);
        rstd = operands.normal(rows);
        dgain = operands.output(cols);
        dbias = operands.output(cols);
        backend.norm().layerNorm(x, gain, 0, dx, mean, rstd, rows, cols, EPS);
      }
      case CROSS_ENTROPY -> {
        classes = new int[rows];
        Arrays.setAll(classes, r -> (int) (r * 7919L % cols)); // scattered over the classes
        targets = operands.indices(classes);
        lse = operands.normal(rows);
        scale = operands.normal(rows);
        backend.softmax().logSumExp(x, lse, rows, cols, 1);
        backend.elementwise().fill(scale, rows, UPSTREAM);
      }
    }
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

  /** Address of the gradient. */
  public long dx() {
    return dx;
  }

  @Override
  public String op() {
    return function.name().toLowerCase(Locale.ROOT) + " backward";
  }

  @Override
  public String shape() {
    return rows + "x" + cols;
  }

  /** About; for the place on the roofline only. */
  @Override
  public double flops() {
    return FLOPS_EACH * rows * cols;
  }

  @Override
  public double bytes() {
    return Float.BYTES * function.valuesEach * rows * cols;
  }

  @Override
  public void run() {
    switch (function) {
      case SOFTMAX -> backend.softmax().softmaxGrad(x, dy, dx, rows, cols, 1);
      case LAYER_NORM ->
          backend.norm().layerNormGrad(x, gain, mean, rstd, dy, dx, dgain, dbias, rows, cols);
      case CROSS_ENTROPY ->
          backend.loss().crossEntropyGrad(x, targets, 0, lse, scale, dx, rows, cols, -100, 0);
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

  /** Checks some rows, the first and the last with them, and the gradients of gain and bias. */
  @Override
  public void check() {
    for (int i = 0; i < CHECKED_ROWS; i++) {
      int row = (int) ((long) i * (rows - 1) / (CHECKED_ROWS - 1));
      double[] expected = expected(row);
      double[] actual = row(dx, row);
      for (int j = 0; j < cols; j++) {
        requireClose("" + row, j, actual[j], expected[j], 2e-5);
      }
    }
    if (function == Function.LAYER_NORM) {
      checkSums();
    }
  }

  private double[] row(long address, int row) {
    return operands.readDoubles(address, (long) row * cols, cols);
  }

  private double[] expected(int row) {
    double[] v = row(x, row);
    return switch (function) {
      case SOFTMAX -> {
        double[] upstream = row(dy, row);
        double dot = dot(v, upstream);
        Arrays.setAll(upstream, j -> v[j] * (upstream[j] - dot));
        yield upstream;
      }
      case LAYER_NORM -> layerNorm(v, row(dy, row));
      case CROSS_ENTROPY -> {
        double max = Arrays.stream(v).max().orElseThrow();
        double sum = Arrays.stream(v).map(u -> Math.exp(u - max)).sum();
        int target = classes[row];
        Arrays.setAll(v, j -> UPSTREAM * (Math.exp(v[j] - max) / sum - (j == target ? 1 : 0)));
        yield v;
      }
    };
  }

  /** With h = (x - mean) / std and g = dy gain: (g - mean(g) - h mean(g h)) / std. */
  private double[] layerNorm(double[] v, double[] upstream) {
    double[] weight = operands.readDoubles(gain, 0, cols);
    double std = normalise(v);
    double[] g = new double[cols];
    Arrays.setAll(g, j -> upstream[j] * weight[j]);
    double average = Arrays.stream(g).average().orElseThrow();
    double along = dot(g, v) / cols;
    Arrays.setAll(g, j -> (g[j] - average - v[j] * along) / std);
    return g;
  }

  /** To mean 0 and variance 1, in place; gives the standard deviation there was. */
  private static double normalise(double[] v) {
    double average = Arrays.stream(v).average().orElseThrow();
    double variance = Arrays.stream(v).map(u -> (u - average) * (u - average)).average().orElse(0);
    double std = Math.sqrt(variance + EPS);
    Arrays.setAll(v, j -> (v[j] - average) / std);
    return std;
  }

  private void checkSums() {
    double[] gains = new double[cols];
    double[] biases = new double[cols];
    for (int i = 0; i < rows; i++) {
      double[] v = row(x, i);
      normalise(v);
      double[] upstream = row(dy, i);
      for (int j = 0; j < cols; j++) {
        gains[j] += upstream[j] * v[j];
        biases[j] += upstream[j];
      }
    }
    double[] dg = operands.readDoubles(dgain, 0, cols);
    double[] db = operands.readDoubles(dbias, 0, cols);
    for (int j = 0; j < cols; j++) {
      requireClose("gain", j, dg[j], gains[j], 1e-6 * rows + 1e-5);
      requireClose("bias", j, db[j], biases[j], 1e-6 * rows + 1e-5);
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
  }

  private void requireClose(String part, int j, double actual, double expected, double relative) {
    Operands.requireClose(
        "%s %s [%s, %d]".formatted(op(), shape(), part, j),
        actual,
        expected,
        relative * Math.max(1, Math.abs(expected)));
  }

  @Override
  public void close() {
    operands.close();
  }
}
