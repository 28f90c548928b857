package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.Pool;
import dev.kernite.kernels.SlidingWindow;
import dev.kernite.kernels.cpu.CpuBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Pooling of both twins against the definition, window by window. */
final class PoolProperties {
  private static final double UNIT = 0x1p-24;

  /** One axis: pixels, taps, stride, padding, dilation, and how many outputs there are. */
  private record Axis(int pixels, int taps, int stride, int pad, int dilation, int outputs) {
    /** The pixels that an output sees, beyond the image ones left out. */
    List<Integer> seen(int out) {
      List<Integer> seen = new ArrayList<>();
      for (int k = 0; k < taps; k++) {
        int at = out * stride - pad + k * dilation;
        if (at >= 0 && at < pixels) {
          seen.add(at);
        }
      }
      return seen;
    }
  }

  @Provide
  Arbitrary<Axis> dilated() {
    return axes(3);
  }

  @Provide
  Arbitrary<Axis> dense() {
    return axes(1);
  }

  private static Arbitrary<Axis> axes(int mostDilation) {
    return Combinators.combine(
            Arbitraries.integers().between(1, 40),
            Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(3, Arbitraries.of(2, 3)),
                net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(1, 9))),
            Arbitraries.integers().between(1, 4),
            Arbitraries.integers().between(0, 4),
            Arbitraries.integers().between(1, mostDilation),
            Arbitraries.of(false, true))
        .as(PoolProperties::axis)
        .filter(axis -> axis.outputs > 0);
  }

  /** Windows that fit; with {@code ceil} a last one more that begins within the image. */
  private static Axis axis(int pixels, int taps, int stride, int pad, int dilation, boolean ceil) {
    int half = Math.min(pad, taps / 2);
    int reach = (taps - 1) * dilation + 1;
    int room = pixels + 2 * half - reach;
    int outputs = room < 0 ? 0 : room / stride + 1;
    if (ceil && outputs > 0 && room % stride != 0 && outputs * stride < pixels + half) {
      outputs++;
    }
    Axis axis = new Axis(pixels, taps, stride, half, dilation, outputs);
    for (int out = 0; out < outputs; out++) {
      if (axis.seen(out).isEmpty()) {
        return new Axis(pixels, taps, stride, half, dilation, 0); // no engine asks for that
      }
    }
    return axis;
  }

  private static Pool.Shape shape(int planes, Axis y, Axis x) {
    SlidingWindow window =
        new SlidingWindow(y.taps, x.taps, y.stride, x.stride, y.pad, x.pad, y.dilation, x.dilation);
    return new Pool.Shape(planes, y.pixels, x.pixels, y.outputs, x.outputs, window);
  }

  private static int planes(long seed, Axis y, Axis x) {
    return 1 + Math.floorMod(seed, Math.max(1, 20_000 / (y.pixels * x.pixels)) % 40 + 1);
  }

  @Property(tries = 250, edgeCases = EdgeCasesMode.NONE)
  void largestPixelsAndTheirPlacesMatchTheDefinition(
      @ForAll("dilated") Axis y,
      @ForAll("dilated") Axis x,
      @ForAll Draw.Kind kind,
      @ForAll long seed) {
    int planes = planes(seed, y, x);
    float[] pixels = Draw.values(new Random(seed), planes * y.pixels * x.pixels, kind);
    if (seed % 5 == 0) { // a window may have nothing larger
      for (int i = 0; i < pixels.length; i += 1 + i % 3) {
        pixels[i] = Float.NEGATIVE_INFINITY;
      }
    }
    int outputs = planes * y.outputs * x.outputs;
    int[] places = new int[outputs];
    int[] largest = new int[outputs];
    for (int o = 0; o < outputs; o++) {
      int plane = o / (y.outputs * x.outputs) * y.pixels * x.pixels;
      int best = -1;
      for (int i : y.seen(o / x.outputs % y.outputs)) {
        for (int j : x.seen(o % x.outputs)) {
          int place = i * x.pixels + j;
          float value = pixels[plane + place];
          if (best < 0 || Float.isNaN(value) || value > pixels[plane + best]) {
            best = place;
          }
        }
      }
      places[o] = best;
      largest[o] = Float.floatToRawIntBits(pixels[plane + best]);
    }
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(cpu, Math.floorMod(seed, 16))) {
        Pool.Shape s = shape(planes, y, x);
        long in = b.of(pixels).address();
        Buffers.Array values = b.out(outputs);
        Buffers.Array alone = b.out(outputs);
        Buffers.Array indices = b.out(outputs);
        cpu.pool().maxPool(s, in, values.address(), indices.address());
        cpu.pool().maxPool(s, in, alone.address(), 0);
        String what = cpu.description() + " " + s;
        assertArrayEquals(places, indices.bits(), what + " indices");
        assertArrayEquals(largest, values.bits(), what);
        assertArrayEquals(largest, alone.bits(), what + " without indices");
        gradientGoesThere(cpu, s, places, seed);
      }
    }
  }

  private static void gradientGoesThere(CpuBackend cpu, Pool.Shape s, int[] places, long seed) {
    int plane = s.inHeight() * s.inWidth();
    float[] dy = Draw.values(new Random(seed + 1), places.length);
    double[] sums = new double[(int) s.planes() * plane];
    double[] sizes = new double[sums.length];
    for (int o = 0; o < places.length; o++) {
      int at = o / (s.outHeight() * s.outWidth()) * plane + places[o];
      sums[at] += dy[o];
      sizes[at] += Math.abs(dy[o]);
    }
    try (Buffers b = new Buffers(cpu, Math.floorMod(seed, 16))) {
      Buffers.Array dx = b.out(sums.length);
      cpu.pool().maxPoolGrad(s, b.of(places).address(), b.of(dy).address(), dx.address());
      checkSums(cpu.description() + " gradient " + s, sums, sizes, dx.floats());
    }
  }

  private static void checkSums(String what, double[] sums, double[] sizes, float[] actual) {
    assertEquals(sums.length, actual.length, what);
    for (int i = 0; i < sums.length; i++) {
      Close.check(what + "[" + i + "]", sums[i], actual[i], 0, 16 * UNIT * sizes[i]);
    }
  }

  @Property(tries = 250, edgeCases = EdgeCasesMode.NONE)
  void meansAndTheirGradientsMatchTheDefinition(
      @ForAll("dense") Axis y,
      @ForAll("dense") Axis x,
      @ForAll boolean countPadding,
      @ForAll boolean fixed,
      @ForAll long seed) {
    int planes = planes(seed, y, x);
    Random random = new Random(seed);
    float[] pixels = Draw.values(random, planes * y.pixels * x.pixels);
    if (seed % 5 == 0) {
      pixels[random.nextInt(pixels.length)] = Float.NaN;
      pixels[random.nextInt(pixels.length)] = Float.POSITIVE_INFINITY;
    }
    int outputs = planes * y.outputs * x.outputs;
    float[] dy = Draw.values(random, outputs);
    double[] means = new double[outputs];
    double[] sizes = new double[outputs];
    double[] dx = new double[pixels.length];
    double[] dxSizes = new double[pixels.length];
    for (int o = 0; o < outputs; o++) {
      int plane = o / (y.outputs * x.outputs) * y.pixels * x.pixels;
      int row = o / x.outputs % y.outputs;
      int column = o % x.outputs;
      double divisor = fixed ? 7 : extent(y, row, countPadding) * extent(x, column, countPadding);
      for (int i : y.seen(row)) {
        for (int j : x.seen(column)) {
          int at = plane + i * x.pixels + j;
          means[o] += pixels[at] / divisor;
          sizes[o] += Math.abs(pixels[at] / divisor);
          dx[at] += dy[o] / divisor;
          dxSizes[at] += Math.abs(dy[o] / divisor);
        }
      }
    }
    Pool.Shape s = shape(planes, y, x);
    Pool.Divisor divisor = new Pool.Divisor(fixed ? 7 : 0, countPadding);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(cpu, Math.floorMod(seed, 16))) {
        Buffers.Array actual = b.out(outputs);
        Buffers.Array actualDx = b.out(dx.length);
        cpu.pool().avgPool(s, divisor, b.of(pixels).address(), actual.address());
        cpu.pool().avgPoolGrad(s, divisor, b.of(dy).address(), actualDx.address());
        String what = cpu.description() + " " + s + " " + divisor;
        checkSums(what, means, sizes, actual.floats());
        checkSums(what + " gradient", dx, dxSizes, actualDx.floats());
      }
    }
  }

  /** Places that a mean counts: of the window, within the image or the padding on both sides. */
  private static double extent(Axis axis, int out, boolean countPadding) {
    int count = 0;
    for (int k = 0; k < axis.taps; k++) {
      int at = out * axis.stride - axis.pad + k;
      boolean padded = at >= -axis.pad && at < axis.pixels + axis.pad;
      count += countPadding ? (padded ? 1 : 0) : (at >= 0 && at < axis.pixels ? 1 : 0);
    }
    return count;
  }
}
