package dev.kernite.test.kernels;

import dev.kernite.kernels.BatchNorm;
import dev.kernite.kernels.cpu.CpuBackend;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Batch normalisation of both twins against float64: channels wider and narrower than a vector. */
final class BatchNormProperties {
  private static final float EPS = 1e-5f;
  private static final double UNIT = 0x1p-24;

  /** Values of a channel in a sample: from one to some vectors, and images with odd ends. */
  @Provide
  Arbitrary<Integer> pixels() {
    return Arbitraries.oneOf(
        Arbitraries.integers().between(1, 70),
        Arbitraries.integers().between(3, 40).map(side -> side * side),
        Arbitraries.of(4095, 4096, 4097, 9001));
  }

  @Provide
  Arbitrary<Integer> channels() {
    return Arbitraries.oneOf(Arbitraries.integers().between(1, 8), Arbitraries.of(17, 64, 70));
  }

  /** How far the mean lies from zero, in deviations: where one-pass formulas lose all digits. */
  @Provide
  Arbitrary<Integer> offsets() {
    return Arbitraries.of(0, 1, -30, 1000, 20_000);
  }

  /** Inputs of a case, and the statistics they really have. */
  private record Case(
      BatchNorm.Shape shape,
      float[] x,
      float[] dy,
      float[] weight,
      float[] bias,
      double[][] truth) {
    static Case draw(int batch, int channels, int pixels, int offset, long seed) {
      // A test may cost so much: samples give way, then channels.
      int b = Math.max(1, Math.min(batch, 100_000 / pixels));
      int c = Math.max(1, Math.min(channels, 200_000 / pixels / b));
      BatchNorm.Shape shape = new BatchNorm.Shape(b, c, pixels);
      Random random = new Random(seed);
      float[] x = Draw.values(random, b * c * pixels);
      for (int i = 0; i < x.length; i++) {
        x[i] = 0.01f * x[i] + 0.02f * offset * (1 + i / pixels % c);
      }
      float[] dy = Draw.values(random, x.length);
      Case drawn =
          new Case(shape, x, dy, Draw.values(random, c), Draw.values(random, c), new double[2][c]);
      for (int channel = 0; channel < c; channel++) {
        double[] values = drawn.channel(x, channel);
        double mean = 0;
        for (double v : values) {
          mean += v / values.length;
        }
        double variance = 0;
        for (double v : values) {
          variance += (v - mean) * (v - mean) / values.length;
        }
        drawn.truth[0][channel] = mean;
        drawn.truth[1][channel] = variance;
      }
      return drawn;
    }

    /** The values of one channel, sample after sample. */
    double[] channel(float[] values, int channel) {
      int pixels = (int) shape.pixels();
      double[] own = new double[(int) shape.count()];
      for (int i = 0; i < own.length; i++) {
        own[i] = values[at(channel, i, pixels)];
      }
      return own;
    }

    private int at(int channel, int i, int pixels) {
      return (i / pixels * (int) shape.channels() + channel) * pixels + i % pixels;
    }

    /** Statistics as they are handed on: rounded. */
    float[] rounded(int which) {
      float[] values = new float[truth[which].length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) truth[which][i];
      }
      return values;
    }
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void statisticsMatchTheDefinition(
      @ForAll @IntRange(min = 1, max = 70) int batch,
      @ForAll("channels") int channels,
      @ForAll("pixels") int pixels,
      @ForAll("offsets") int offset,
      @ForAll long seed) {
    Case c = Case.draw(batch, channels, pixels, offset, seed);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(cpu, Math.floorMod(seed, 16))) {
        Buffers.Array mean = b.out(c.shape.channels());
        Buffers.Array variance = b.out(c.shape.channels());
        cpu.batchNorm()
            .statistics(c.shape, b.of(c.x).address(), mean.address(), variance.address());
        String what = cpu.description() + " " + c.shape;
        float[] means = mean.floats();
        float[] variances = variance.floats();
        for (int i = 0; i < c.shape.channels(); i++) {
          double deviation = Math.sqrt(c.truth[1][i]);
          Close.check(what + " mean", c.truth[0][i], means[i], 2 * UNIT, 64 * UNIT * deviation);
          Close.check(what + " variance", c.truth[1][i], variances[i], 128 * UNIT, 1e-30);
        }
      }
    }
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void valuesMatchTheDefinition(
      @ForAll @IntRange(min = 1, max = 70) int batch,
      @ForAll("channels") int channels,
      @ForAll("pixels") int pixels,
      @ForAll("offsets") int offset,
      @ForAll boolean scaled,
      @ForAll boolean shifted,
      @ForAll long seed) {
    Case c = Case.draw(batch, channels, pixels, offset, seed);
    float[] mean = c.rounded(0);
    float[] variance = c.rounded(1);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(cpu, Math.floorMod(seed, 16))) {
        Buffers.Array y = b.out(c.x.length);
        cpu.batchNorm()
            .normalise(
                c.shape,
                b.of(c.x).address(),
                b.of(mean).address(),
                b.of(variance).address(),
                scaled ? b.of(c.weight).address() : 0,
                shifted ? b.of(c.bias).address() : 0,
                EPS,
                y.address());
        float[] got = y.floats();
        for (int channel = 0; channel < c.shape.channels(); channel++) {
          double[] x = c.channel(c.x, channel);
          double[] actual = c.channel(got, channel);
          double gain = scaled ? c.weight[channel] : 1;
          double bias = shifted ? c.bias[channel] : 0;
          for (int i = 0; i < x.length; i++) {
            double unit = (x[i] - mean[channel]) / Math.sqrt((double) variance[channel] + EPS);
            double allowed = 4 * UNIT * (Math.abs(unit * gain) + Math.abs(bias)) + 1e-30;
            close(c, cpu, channel, unit * gain + bias, actual[i], allowed);
          }
        }
      }
    }
  }

  /** As {@link Close#check}, for very many values. */
  private static void close(
      Case c, CpuBackend cpu, int channel, double expected, double actual, double allowed) {
    if (!(Math.abs(actual - expected) <= allowed)) {
      String what = "%s %s channel %d".formatted(cpu.description(), c.shape, channel);
      Close.check(what, expected, (float) actual, 0, allowed);
    }
  }

  @Property(tries = 120, edgeCases = EdgeCasesMode.NONE)
  void gradientsMatchTheDefinition(
      @ForAll @IntRange(min = 1, max = 70) int batch,
      @ForAll("channels") int channels,
      @ForAll("pixels") int pixels,
      @ForAll("offsets") int offset,
      @ForAll boolean own,
      @ForAll boolean scaled,
      @ForAll @IntRange(min = 1, max = 7) int wanted,
      @ForAll long seed) {
    Case c = Case.draw(batch, channels, pixels, offset, seed);
    float[] mean = c.rounded(0);
    float[] variance = c.rounded(1);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(cpu, Math.floorMod(seed, 16))) {
        Buffers.Array dx = b.out(c.x.length);
        Buffers.Array dweight = b.out(c.weight.length);
        Buffers.Array dbias = b.out(c.bias.length);
        cpu.batchNorm()
            .grad(
                c.shape,
                own,
                b.of(c.x).address(),
                b.of(mean).address(),
                b.of(variance).address(),
                scaled ? b.of(c.weight).address() : 0,
                EPS,
                b.of(c.dy).address(),
                (wanted & 1) != 0 ? dx.address() : 0,
                (wanted & 2) != 0 ? dweight.address() : 0,
                (wanted & 4) != 0 ? dbias.address() : 0);
        float[] gotDx = dx.floats();
        for (int channel = 0; channel < c.shape.channels(); channel++) {
          String what = "%s %s channel %d".formatted(cpu.description(), c.shape, channel);
          double rstd = 1 / Math.sqrt((double) variance[channel] + EPS);
          double gain = scaled ? c.weight[channel] : 1;
          Sums sums = new Sums(c.channel(c.x, channel), c.channel(c.dy, channel), mean[channel]);
          if ((wanted & 2) != 0) {
            float actual = dweight.floats()[channel];
            Close.check(what + " dweight", sums.dot * rstd, actual, 0, sums.dotError * rstd);
          }
          if ((wanted & 4) != 0) {
            Close.check(what + " dbias", sums.sum, dbias.floats()[channel], 0, sums.sumError);
          }
          if ((wanted & 1) != 0) {
            double[] actual = c.channel(gotDx, channel);
            for (int i = 0; i < actual.length; i++) {
              double expected = gain * rstd * sums.gradient(i, own, rstd);
              double allowed = Math.abs(gain) * rstd * sums.error(i, own, rstd) + 1e-30;
              close(c, cpu, channel, expected, actual[i], allowed);
            }
          }
        }
      }
    }
  }

  /** The sums of a channel's gradients, and how far those of float32 may be off. */
  private static final class Sums {
    final double[] x;
    final double[] dy;
    final double mean;
    double sum;
    double dot;
    double sumError;
    double dotError;

    Sums(double[] x, double[] dy, double mean) {
      this.x = x;
      this.dy = dy;
      this.mean = mean;
      for (int i = 0; i < x.length; i++) {
        sum += dy[i];
        dot += dy[i] * (x[i] - mean);
        sumError += 16 * UNIT * Math.abs(dy[i]);
        dotError += 16 * UNIT * Math.abs(dy[i] * (x[i] - mean));
      }
    }

    /** The gradient of a value, but for gain and deviation. */
    double gradient(int i, boolean own, double rstd) {
      return dy[i] - (own ? sum / x.length + (x[i] - mean) * dot / x.length * rstd * rstd : 0);
    }

    /** How far it may be off. */
    double error(int i, boolean own, double rstd) {
      double distance = Math.abs(x[i] - mean) * rstd * rstd / x.length;
      double rounding =
          Math.abs(dy[i]) + (own ? Math.abs(sum) / x.length + distance * Math.abs(dot) : 0);
      return 8 * UNIT * rounding + (own ? sumError / x.length + distance * dotError : 0);
    }
  }
}
