package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.ReduceFunction;
import dev.kernite.models.ModelException;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Work on {@code x[rows, cols]} that computes next to nothing: what counts is how much of the
 * memory's bandwidth it reaches.
 */
public final class TrafficWork implements Workload {
  /** What is done, and the values that are read or written for each value of x. */
  public enum Kind {
    /** Two arrays of one shape. */
    ADD(3),
    /** A row of cols values to every row. */
    ADD_ROW(2),
    /** Zeros a tenth, scales the rest. */
    DROPOUT(2),
    /** To [cols, rows]. */
    TRANSPOSE(2),
    /** Rows of a table as large as x, in a random order. */
    GATHER_ROWS(2),
    /** Adds rows to zeros, each to a random one: the table is filled, read and written. */
    SCATTER_ADD_ROWS(4),
    /** One sum a row. */
    SUM_ROWS(1),
    /** One sum a column. */
    SUM_COLUMNS(1),
    /** One index a row. */
    ARG_MAX(1),
    /** Along each row. */
    CUMULATIVE_SUM(2);

    private final double valuesEach;

    Kind(double valuesEach) {
      this.valuesEach = valuesEach;
    }
  }

  private static final float DROPPED = 0.1f;
  private static final int CHECKED = 64;

  private final Backend backend;
  private final Operands operands;
  private final Kind kind;
  private final int rows;
  private final int cols;
  private final long x;
  private final long y;
  private long other;
  private long ids;
  private int[] order;

  /** Allocates and fills the operands. */
  public TrafficWork(Backend backend, Kind kind, int rows, int cols) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.kind = kind;
    this.rows = rows;
    this.cols = cols;
    x = operands.normal((long) rows * cols);
    switch (kind) {
      case ADD -> other = operands.normal((long) rows * cols);
      case ADD_ROW -> other = operands.normal(cols);
      case GATHER_ROWS, SCATTER_ADD_ROWS -> {
        order = new SplittableRandom(1).ints(rows, 0, rows).toArray();
        ids = operands.indices(order);
      }
      default -> {}
    }
    y =
        operands.output(
            switch (kind) {
              case SUM_ROWS, ARG_MAX -> rows;
              case SUM_COLUMNS -> cols;
              default -> (long) rows * cols;
            });
  }

  /** The kind. */
  public Kind kind() {
    return kind;
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Values a row. */
  public int cols() {
    return cols;
  }

  /** Address of the result. */
  public long y() {
    return y;
  }

  @Override
  public String op() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String shape() {
    return rows + "x" + cols;
  }

  /** One a value, for the place on the roofline. */
  @Override
  public double flops() {
    return (double) rows * cols;
  }

  @Override
  public double bytes() {
    return Float.BYTES * kind.valuesEach * rows * cols;
  }

  @Override
  public void run() {
    long n = (long) rows * cols;
    long[] sizes = {rows, cols};
    long[] dense = {cols, 1};
    switch (kind) {
      case ADD, ADD_ROW -> {
        long[] strides = kind == Kind.ADD ? dense : new long[] {0, 1};
        backend.elementwise().binary(BinaryFunction.ADD, x, dense, other, strides, y, sizes);
      }
      case DROPOUT -> backend.random().dropout(x, y, n, DROPPED, 1, 0);
      case TRANSPOSE ->
          backend.layout().copy(x, dense, y, new long[] {1, rows}, sizes, Float.BYTES);
      case GATHER_ROWS -> backend.index().gatherRows(x, ids, y, rows, cols);
      case SCATTER_ADD_ROWS -> {
        backend.memory().zero(y, n * Float.BYTES);
        backend.index().scatterAddRows(x, ids, y, rows, cols, rows, -1);
      }
      case SUM_ROWS -> backend.reduce().reduce(ReduceFunction.SUM, x, y, rows, cols, 1, 0);
      case SUM_COLUMNS -> backend.reduce().reduce(ReduceFunction.SUM, x, y, 1, rows, cols, 0);
      case ARG_MAX -> backend.reduce().argMax(x, y, rows, cols, 1);
      case CUMULATIVE_SUM -> backend.reduce().cumulativeSum(x, y, rows, cols, 1, false);
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

  /** Checks some rows of the result, the first and the last with them; all sums of columns. */
  @Override
  public void check() {
    if (kind == Kind.SUM_COLUMNS) {
      checkColumns();
      return;
    }
    int lines = kind == Kind.TRANSPOSE ? cols : rows;
    for (int i = 0; i < CHECKED; i++) {
      checkLine((int) ((long) i * (lines - 1) / (CHECKED - 1)));
    }
  }

  private void checkLine(int line) {
    if (kind == Kind.ARG_MAX) {
      checkLargest(line);
      return;
    }
    double[] expected = expected(line);
    double[] actual = operands.readDoubles(y, (long) line * expected.length, expected.length);
    if (kind == Kind.DROPOUT) {
      takeDropped(expected, actual);
    }
    for (int j = 0; j < expected.length; j++) {
      requireClose(line, j, actual[j], expected[j], tolerance(expected[j]));
    }
  }

  /** Sums of normal values round by no more than their number allows. */
  private double tolerance(double expected) {
    return switch (kind) {
      case SUM_ROWS, CUMULATIVE_SUM -> 1e-6 * cols;
      case SCATTER_ADD_ROWS -> 1e-5;
      default -> 1e-6 * Math.abs(expected);
    };
  }

  private double[] expected(int line) {
    double[] v = kind == Kind.TRANSPOSE ? column(line) : row(line);
    switch (kind) {
      case ADD -> {
        double[] b = operands.readDoubles(other, (long) line * cols, cols);
        Arrays.setAll(v, j -> v[j] + b[j]);
      }
      case ADD_ROW -> {
        double[] b = operands.readDoubles(other, 0, cols);
        Arrays.setAll(v, j -> v[j] + b[j]);
      }
      case DROPOUT -> Arrays.setAll(v, j -> v[j] / (1 - (double) DROPPED));
      case GATHER_ROWS -> {
        return row(order[line]);
      }
      case SCATTER_ADD_ROWS -> {
        Arrays.fill(v, 0);
        for (int i = 0; i < rows; i++) {
          if (order[i] == line) {
            double[] added = row(i);
            Arrays.setAll(v, j -> v[j] + added[j]);
          }
        }
      }
      case SUM_ROWS -> {
        return new double[] {Arrays.stream(v).sum()};
      }
      case CUMULATIVE_SUM -> Arrays.parallelPrefix(v, Double::sum);
      case TRANSPOSE, SUM_COLUMNS, ARG_MAX -> {}
    }
    return v;
  }

  private double[] row(int row) {
    return operands.readDoubles(x, (long) row * cols, cols);
  }

  private double[] column(int column) {
    double[] values = new double[rows];
    for (int i = 0; i < rows; i++) {
      values[i] = operands.read(x, (long) i * cols + column, 1)[0];
    }
    return values;
  }

  /** Expects zeros where the result has them, if they are about as many as there should be. */
  private void takeDropped(double[] expected, double[] actual) {
    int dropped = 0;
    for (int j = 0; j < cols; j++) {
      if (actual[j] == 0) {
        expected[j] = 0;
        dropped++;
      }
    }
    double mean = DROPPED * cols;
    double most = mean + 6 * Math.sqrt(mean) + 1;
    if (dropped > most || (mean > 40 && dropped < mean - 6 * Math.sqrt(mean))) {
      throw new ModelException(
          "%s %s: %d of %d values were dropped".formatted(op(), shape(), dropped, cols));
    }
  }

  private void checkLargest(int line) {
    int found = Float.floatToRawIntBits(operands.read(y, line, 1)[0]);
    double[] v = row(line);
    double largest = Arrays.stream(v).max().orElseThrow();
    double actual = found >= 0 && found < cols ? v[found] : Double.NaN;
    requireClose(line, 0, actual, largest, 0);
  }

  private void checkColumns() {
    double[] sums = new double[cols];
    for (int i = 0; i < rows; i++) {
      double[] v = row(i);
      Arrays.setAll(sums, j -> sums[j] + v[j]);
    }
    double[] actual = operands.readDoubles(y, 0, cols);
    for (int j = 0; j < cols; j++) {
      requireClose(0, j, actual[j], sums[j], 1e-6 * rows);
    }
  }

  private void requireClose(int line, int j, double actual, double expected, double tolerance) {
    Operands.requireClose(
        "%s %s [%d, %d]".formatted(op(), shape(), line, j), actual, expected, tolerance);
  }

  @Override
  public void close() {
    operands.close();
  }
}
