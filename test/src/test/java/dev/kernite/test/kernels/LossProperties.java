package dev.kernite.test.kernels;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.LossFunction;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** Cross-entropies and element-wise losses against float64. */
@Tag("device")
@Tag("schedule")
final class LossProperties {
  private static final int IGNORE = -100;

  @Provide
  Arbitrary<Integer> few() {
    return Draw.few();
  }

  @Provide
  Arbitrary<Integer> rows() {
    return Draw.rows();
  }

  @Provide
  Arbitrary<Integer> lengths() {
    return Draw.lengths();
  }

  private static double[] logProbabilities(double[] x) {
    double max = Arrays.stream(x).max().orElseThrow();
    double sum = Arrays.stream(x).map(v -> Math.exp(v - max)).sum();
    return Arrays.stream(x).map(v -> v - max - Math.log(sum)).toArray();
  }

  /** -sum over classes of w target log p. */
  private static double oracle(double[] x, double[] target, float[] weight) {
    double[] logs = logProbabilities(x);
    double loss = 0;
    for (int c = 0; c < x.length; c++) {
      double factor = (weight == null ? 1 : weight[c]) * target[c];
      loss -= factor == 0 ? 0 : factor * logs[c];
    }
    return loss;
  }

  private static double[] smoothed(double[] target, float smoothing) {
    int n = target.length;
    return Arrays.stream(target).map(t -> (1.0 - smoothing) * t + (double) smoothing / n).toArray();
  }

  private static double[] oneHot(int y, int classes) {
    double[] target = new double[classes];
    target[y] = 1;
    return target;
  }

  private static double[] row(float[] x, int row, int n) {
    return Draw.wide(Arrays.copyOfRange(x, row * n, (row + 1) * n));
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void crossEntropyOfClasses(
      @ForAll("few") int rows,
      @ForAll("rows") int classes,
      @ForAll boolean weighted,
      @ForAll boolean smooth,
      @ForAll long seed) {
    Random random = new Random(seed);
    float size = random.nextInt(4) == 0 ? 1000 : 1; // float32 lse has no digits left at 1000
    float[] x = Draw.values(random, rows * classes);
    for (int i = 0; i < x.length; i++) {
      x[i] *= size;
    }
    int[] y = Draw.indices(random, rows, classes);
    for (int r = 0; r < rows; r++) {
      y[r] = random.nextInt(5) == 0 ? IGNORE : y[r];
    }
    float smoothing = smooth ? 0.1f : 0;
    float[] weight = weighted ? positive(random, classes) : null;
    float[] scale = Draw.values(random, rows);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long from = b.of(x).address();
        long targets = b.of(y).address();
        long w = weighted ? b.of(weight).address() : 0;
        Buffers.Array loss = b.out(rows);
        Buffers.Array lse = b.out(rows);
        Buffers.Array dx = b.out(x.length);
        device
            .loss()
            .crossEntropy(
                from, targets, w, loss.address(), lse.address(), rows, classes, IGNORE, smoothing);
        device
            .loss()
            .crossEntropyGrad(
                from,
                targets,
                w,
                lse.address(),
                b.of(scale).address(),
                dx.address(),
                rows,
                classes,
                IGNORE,
                smoothing);
        float[] losses = loss.floats();
        float[] sums = lse.floats();
        float[] grads = dx.floats();
        for (int r = 0; r < rows; r++) {
          double[] logits = row(x, r, classes);
          double[] target =
              y[r] == IGNORE ? new double[classes] : smoothed(oneHot(y[r], classes), smoothing);
          Row expected = new Row(logits, target, weight, scale[r], size);
          check(expected, losses[r], sums[r], row(grads, r, classes));
        }
      }
    }
  }

  /** A warp's longest rows, a block's, and rows that no shared memory holds. */
  @Property(tries = 6, edgeCases = EdgeCasesMode.NONE)
  void crossEntropyOfLongRows(@ForAll long seed) {
    Random random = new Random(seed);
    int[] lengths = {1024, 1025, 5003, 16_385, 30_522, 60_001};
    int classes = lengths[random.nextInt(lengths.length)];
    int rows = 3;
    float[] x = Draw.values(random, rows * classes);
    int[] y = {classes - 1, IGNORE, random.nextInt(classes)};
    float[] scale = Draw.values(random, rows);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long from = b.of(x).address();
        long targets = b.of(y).address();
        long upstream = b.of(scale).address();
        Buffers.Array loss = b.out(rows);
        Buffers.Array lse = b.out(rows);
        Buffers.Array dx = b.out(x.length);
        long tops = lse.address();
        device
            .loss()
            .crossEntropy(from, targets, 0, loss.address(), tops, rows, classes, IGNORE, 0.1f);
        device
            .loss()
            .crossEntropyGrad(
                from, targets, 0, tops, upstream, dx.address(), rows, classes, IGNORE, 0.1f);
        float[] losses = loss.floats();
        float[] sums = lse.floats();
        float[] grads = dx.floats();
        for (int r = 0; r < rows; r++) {
          double[] target =
              y[r] == IGNORE ? new double[classes] : smoothed(oneHot(y[r], classes), 0.1f);
          Row expected = new Row(row(x, r, classes), target, null, scale[r], 1);
          check(expected, losses[r], sums[r], row(grads, r, classes));
        }
      }
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void crossEntropyOfDistributions(
      @ForAll("few") int rows,
      @ForAll("rows") int classes,
      @ForAll boolean weighted,
      @ForAll boolean smooth,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, rows * classes);
    float[] t = positive(random, rows * classes);
    float smoothing = smooth ? 0.2f : 0;
    float[] weight = weighted ? positive(random, classes) : null;
    float[] scale = Draw.values(random, rows);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long from = b.of(x).address();
        long targets = b.of(t).address();
        long w = weighted ? b.of(weight).address() : 0;
        Buffers.Array loss = b.out(rows);
        Buffers.Array lse = b.out(rows);
        Buffers.Array dx = b.out(x.length);
        long tops = lse.address();
        device
            .loss()
            .softCrossEntropy(from, targets, w, loss.address(), tops, rows, classes, smoothing);
        device
            .loss()
            .softCrossEntropyGrad(
                from,
                targets,
                w,
                tops,
                b.of(scale).address(),
                dx.address(),
                rows,
                classes,
                smoothing);
        float[] losses = loss.floats();
        float[] sums = lse.floats();
        float[] grads = dx.floats();
        for (int r = 0; r < rows; r++) {
          double[] target = smoothed(row(t, r, classes), smoothing);
          Row expected = new Row(row(x, r, classes), target, weight, scale[r], 1);
          check(expected, losses[r], sums[r], row(grads, r, classes));
        }
      }
    }
  }

  private record Row(double[] logits, double[] target, float[] weight, float scale, float size) {}

  private static void check(Row row, float loss, float lse, double[] dx) {
    double mass = 1 + Arrays.stream(row.target).sum();
    double expected = oracle(row.logits, row.target, row.weight);
    Close.check("loss", expected, loss, 2e-6, 2e-6 * mass);
    double max = Arrays.stream(row.logits).max().orElseThrow();
    double top = Arrays.stream(row.logits).map(v -> Math.exp(v - max)).sum();
    Close.check("lse", max + Math.log(top), lse, 1e-6, 1e-6);
    if (row.size > 1 || dx.length > 40) {
      checkLargeGradient(row, dx);
      return;
    }
    double[] slope = Derivative.of(v -> oracle(v, row.target, row.weight), row.logits);
    for (int c = 0; c < dx.length; c++) {
      double tolerance = 2e-6 * Math.abs(row.scale) * mass;
      Close.check("dx", row.scale * slope[c], (float) dx[c], 2e-6, tolerance);
    }
  }

  /** Differences fail where the loss is a thousand, and take long: p sum(w t) - w t instead. */
  private static void checkLargeGradient(Row row, double[] dx) {
    double[] logs = logProbabilities(row.logits);
    double sum = 0;
    for (int c = 0; c < dx.length; c++) {
      sum += (row.weight == null ? 1 : row.weight[c]) * row.target[c];
    }
    for (int c = 0; c < dx.length; c++) {
      double own = (row.weight == null ? 1 : row.weight[c]) * row.target[c];
      double expected = row.scale * (Math.exp(logs[c]) * sum - own);
      Close.check("dx", expected, (float) dx[c], 3e-6, 1e-6 * Math.abs(row.scale));
    }
  }

  private static float[] positive(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat() + 0.05f;
    }
    return values;
  }

  /** Where the quadratic of {@link LossFunction#SMOOTH_L1} ends. */
  private static final float BETA = 0.75f;

  /** The definitions of {@link LossFunction}. */
  private static double oracle(LossFunction f, double x, double y, double posWeight) {
    return switch (f) {
      case MSE -> (x - y) * (x - y);
      case L1 -> Math.abs(x - y);
      case BCE -> -(y * Math.max(Math.log(x), -100) + (1 - y) * Math.max(Math.log(1 - x), -100));
      case BCE_WITH_LOGITS -> {
        double softplus = x < -30 ? -x : Math.log1p(Math.exp(-x)); // -log sigmoid(x)
        yield posWeight * y * softplus + (1 - y) * (x + softplus);
      }
      case SMOOTH_L1 -> {
        double d = Math.abs(x - y);
        yield d < BETA ? d * d / (2 * BETA) : d - BETA / 2;
      }
      case KL_DIV -> (y == 0 ? 0 : y * Math.log(y)) - y * x;
      case KL_DIV_LOG -> Math.exp(y) * (y - x);
    };
  }

  @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
  void elementwiseLosses(
      @ForAll LossFunction f,
      @ForAll("lengths") int n,
      @ForAll boolean weighted,
      @ForAll boolean posWeighted,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, n);
    float[] y = Draw.values(random, n);
    for (int i = 0; i < n; i++) {
      boolean probability = f == LossFunction.BCE;
      x[i] = probability ? 0.001f + 0.998f * random.nextFloat() : x[i] * 5;
      boolean logit = f == LossFunction.BCE_WITH_LOGITS;
      boolean targets = probability || logit || f == LossFunction.KL_DIV;
      y[i] = targets ? (random.nextBoolean() ? random.nextInt(2) : random.nextFloat()) : y[i];
      boolean kink = f == LossFunction.L1 && Math.abs(x[i] - y[i]) < 1e-2;
      x[i] = kink ? y[i] + 1 : x[i];
    }
    float[] weight = weighted ? positive(random, n) : null;
    boolean positives = posWeighted && f == LossFunction.BCE_WITH_LOGITS;
    float[] posWeight = positives ? positive(random, n) : null;
    float[] scale = Draw.values(random, n);
    boolean both =
        EnumSet.of(LossFunction.MSE, LossFunction.L1, LossFunction.SMOOTH_L1).contains(f);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long left = b.of(x).address();
        long right = b.of(y).address();
        long w = weighted ? b.of(weight).address() : 0;
        long p = positives ? b.of(posWeight).address() : 0;
        Buffers.Array loss = b.out(n);
        Buffers.Array dx = b.out(n);
        Buffers.Array dy = b.out(n);
        long to = both ? dy.address() : 0;
        device.loss().elementwise(f, BETA, left, right, w, p, loss.address(), n);
        device
            .loss()
            .elementwiseGrad(
                f, BETA, left, right, w, p, b.of(scale).address(), dx.address(), to, n);
        float[] values = loss.floats();
        float[] slopes = dx.floats();
        float[] targetSlopes = dy.floats();
        for (int i = 0; i < n; i++) {
          double target = y[i];
          double factor = weighted ? weight[i] : 1;
          double pos = positives ? posWeight[i] : 1;
          double at = x[i];
          Close.check(f.name(), factor * oracle(f, at, target, pos), values[i], 1e-6, 1e-7);
          double h = f == LossFunction.BCE ? 1e-7 : 1e-5;
          double up = oracle(f, at + h, target, pos) - oracle(f, at - h, target, pos);
          double slope = scale[i] * factor * up / (2 * h);
          Close.check(f + " dx", slope, slopes[i], 1e-5, 1e-5 * Math.abs(scale[i]));
          if (both) {
            Close.check(f + " dy", -slope, targetSlopes[i], 1e-5, 1e-5 * Math.abs(scale[i]));
          }
        }
      }
    }
  }
}
