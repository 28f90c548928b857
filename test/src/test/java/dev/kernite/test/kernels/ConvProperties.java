package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;
import dev.kernite.kernels.cpu.CpuBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * Convolutions, their transposes and the gradients of their weights in both twins against sums of
 * products in float64, and against themselves: the same bits in both twins, alone or in a batch.
 */
final class ConvProperties {
  private static final double UNIT = 0x1p-24;

  /** Multiply-adds of a case at most. */
  private static final long MOST = 1_000_000;

  /** One axis: pixels of the image, taps, stride, padding, dilation, and outputs. */
  private record Axis(int pixels, int taps, int stride, int pad, int dilation, int outputs) {}

  /**
   * From the outputs back to the image, as a transposed convolution does, with up to a stride of
   * pixels that no window sees: its {@code output_padding}.
   */
  @Provide
  Arbitrary<Axis> axes() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 40),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 4),
            Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(0, 3))
        .as(
            (outputs, taps, stride, pad, dilation, more) ->
                new Axis(
                    (outputs - 1) * stride + (taps - 1) * dilation + 1 - 2 * pad + more % stride,
                    taps,
                    stride,
                    pad,
                    dilation,
                    outputs))
        .filter(axis -> axis.pixels > 0);
  }

  @Provide
  Arbitrary<Integer> channels() {
    return Arbitraries.oneOf(Arbitraries.integers().between(1, 6), Arbitraries.of(16, 17, 70, 97));
  }

  private static Conv.Shape shape(int batch, int groups, int in, int out, Axis y, Axis x) {
    SlidingWindow window =
        new SlidingWindow(y.taps, x.taps, y.stride, x.stride, y.pad, x.pad, y.dilation, x.dilation);
    return new Conv.Shape(
        batch, groups, in * groups, y.pixels, x.pixels, out * groups, y.outputs, x.outputs, window);
  }

  /** Sums of products, and what their errors are relative to. */
  private static final class Sums {
    final double[] values;
    final double[] sizes;

    Sums(int n) {
      values = new double[n];
      sizes = new double[n];
    }

    void add(int at, double term) {
      values[at] += term;
      sizes[at] += Math.abs(term);
    }

    void check(String what, float[] actual, double terms) {
      for (int i = 0; i < values.length; i++) {
        double error = UNIT * (2 + 2 * Math.sqrt(terms)) * sizes[i];
        if (!(Math.abs(actual[i] - values[i]) <= error)) {
          Close.check(what + "[" + i + "]", values[i], actual[i], 0, error);
        }
      }
    }
  }

  private record Operands(float[] x, float[] y, float[] weight, float[] bias) {
    static Operands draw(Conv.Shape s, long seed) {
      Random random = new Random(seed);
      return new Operands(
          Draw.values(random, (int) s.batch() * s.inChannels() * s.inPixels()),
          Draw.values(random, (int) s.batch() * s.outChannels() * s.outPixels()),
          Draw.values(random, s.outChannels() * s.patch()),
          Draw.values(random, Math.max(s.inChannels(), s.outChannels())));
    }
  }

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void allThreeMatchTheDefinition(
      @ForAll @IntRange(min = 1, max = 12) int mostImages,
      @ForAll @IntRange(min = 1, max = 3) int groups,
      @ForAll("channels") int in,
      @ForAll("channels") int out,
      @ForAll("axes") Axis y,
      @ForAll("axes") Axis x,
      @ForAll boolean biased,
      @ForAll long seed) {
    long image = (long) groups * in * out * y.outputs * x.outputs * y.taps * x.taps;
    Assume.that(image <= MOST);
    Conv.Shape s = shape((int) Math.min(mostImages, MOST / image), groups, in, out, y, x);
    Operands a = Operands.draw(s, seed);
    Sums newY = new Sums(a.y.length);
    Sums newX = new Sums(a.x.length);
    Sums newWeight = new Sums(a.weight.length);
    for (int i = 0; biased && i < a.y.length; i++) {
      newY.add(i, a.bias[i / s.outPixels() % s.outChannels()]);
    }
    for (int i = 0; biased && i < a.x.length; i++) {
      newX.add(i, a.bias[i / s.inPixels() % s.inChannels()]);
    }
    forEachProduct(
        s,
        (pixel, tap, output) -> {
          newY.add(output, (double) a.x[pixel] * a.weight[tap]);
          newX.add(pixel, (double) a.y[output] * a.weight[tap]);
          newWeight.add(tap, (double) a.x[pixel] * a.y[output]);
        });
    int[][] first = null;
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(cpu, Math.floorMod(seed, 16))) {
        List<Buffers.Array> got = run(cpu, b, s, a, biased);
        String what = cpu.description() + " " + s;
        newY.check(what + " y", got.get(0).floats(), s.patch());
        newX.check(what + " x", got.get(1).floats(), s.groupOut() * s.window().taps());
        newWeight.check(what + " weight", got.get(2).floats(), s.batch() * s.outPixels());
        int[][] bits = got.stream().map(Buffers.Array::bits).toArray(int[][]::new);
        if (first != null) {
          for (int i = 0; i < bits.length; i++) {
            assertArrayEquals(first[i], bits[i], what + ": bits of the other twin");
          }
        }
        first = bits;
      }
    }
  }

  /** A product that the definition has. */
  private interface Product {
    void visit(int pixel, int tap, int output);
  }

  private static void forEachProduct(Conv.Shape s, Product product) {
    SlidingWindow w = s.window();
    for (int o = 0; o < s.batch() * s.outChannels() * s.outPixels(); o++) {
      int place = o % s.outPixels();
      int channel = o / s.outPixels() % s.outChannels();
      int image = o / s.outPixels() / s.outChannels();
      for (int c = 0; c < s.groupIn(); c++) {
        int plane = image * s.inChannels() + channel / s.groupOut() * s.groupIn() + c;
        for (int k = 0; k < w.taps(); k++) {
          int i = place / s.outWidth() * w.strideY() - w.padY() + k / w.width() * w.dilationY();
          int j = place % s.outWidth() * w.strideX() - w.padX() + k % w.width() * w.dilationX();
          if (i >= 0 && i < s.inHeight() && j >= 0 && j < s.inWidth()) {
            product.visit(
                (plane * s.inHeight() + i) * s.inWidth() + j,
                channel * s.patch() + c * w.taps() + k,
                o);
          }
        }
      }
    }
  }

  private static List<Buffers.Array> run(
      CpuBackend cpu, Buffers b, Conv.Shape s, Operands a, boolean biased) {
    long x = b.of(a.x).address();
    long y = b.of(a.y).address();
    long weight = b.of(a.weight).address();
    long bias = biased ? b.of(a.bias).address() : 0;
    List<Buffers.Array> results = new ArrayList<>();
    results.add(b.out(a.y.length));
    results.add(b.out(a.x.length));
    results.add(b.out(a.weight.length));
    cpu.conv().forward(s, x, weight, bias, results.get(0).address());
    cpu.conv().transposed(s, y, weight, bias, results.get(1).address());
    cpu.conv().weightGrad(s, x, y, results.get(2).address());
    return results;
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void imagesDoNotSeeOneAnother(
      @ForAll @IntRange(min = 2, max = 40) int batch,
      @ForAll("channels") int in,
      @ForAll("channels") int out,
      @ForAll("axes") Axis y,
      @ForAll("axes") Axis x,
      @ForAll long seed) {
    Conv.Shape all = shape(batch, 1, in, out, y, x);
    Assume.that(batch * all.outPixels() * (long) all.patch() * out <= 20 * MOST);
    Operands a = Operands.draw(all, seed);
    Conv.Shape one = shape(1, 1, in, out, y, x);
    int image = Math.floorMod(seed, batch);
    Operands alone =
        new Operands(part(a.x, batch, image), part(a.y, batch, image), a.weight, a.bias);
    CpuBackend cpu = Cpus.vector();
    try (Buffers b = new Buffers(cpu, 0)) {
      List<Buffers.Array> together = run(cpu, b, all, a, true);
      List<Buffers.Array> single = run(cpu, b, one, alone, true);
      for (int i = 0; i < 2; i++) {
        float[] expected = part(together.get(i).floats(), batch, image);
        assertArrayEquals(expected, single.get(i).floats(), all + (i == 0 ? " y" : " x"));
      }
    }
  }

  private static float[] part(float[] values, int batch, int image) {
    int n = values.length / batch;
    return Arrays.copyOfRange(values, image * n, (image + 1) * n);
  }
}
