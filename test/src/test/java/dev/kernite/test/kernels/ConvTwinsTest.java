package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Conv;
import dev.kernite.kernels.SlidingWindow;
import dev.kernite.kernels.cpu.CpuBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions have the same bits in both twins, as the products have that they are made of. */
final class ConvTwinsTest {
  @ParameterizedTest
  @CsvSource({
    "3, 2, 5, 28, 4, 2, 1", // runs of every second pixel
    "3, 3, 4, 71, 3, 2, 1", // longer than a vector, odd
    "5, 4, 70, 14, 3, 1, 1", // dense runs, several blocks of rows
    "7, 6, 4, 7, 7, 1, 0", // the whole image
    "2, 3, 4, 9, 2, 3, 0" // strides past the window
  })
  void bitsAreThoseOfTheOtherTwin(
      int batch, int in, int out, int size, int taps, int stride, int pad) {
    int side = (size + 2 * pad - taps) / stride + 1;
    SlidingWindow window = new SlidingWindow(taps, taps, stride, stride, pad, pad, 1, 1);
    Conv.Shape s = new Conv.Shape(batch, 1, in, size, size, out, side, side, window);
    List<int[]> scalar = run(Cpus.scalar(), s);
    List<int[]> vector = run(Cpus.vector(), s);
    for (int i = 0; i < scalar.size(); i++) {
      assertArrayEquals(scalar.get(i), vector.get(i), List.of("y", "x", "weight").get(i));
    }
  }

  private static List<int[]> run(CpuBackend cpu, Conv.Shape s) {
    Random random = new Random(7);
    float[] x = Draw.values(random, Math.toIntExact(s.batch() * s.inChannels() * s.inPixels()));
    float[] y = Draw.values(random, Math.toIntExact(s.batch() * s.outChannels() * s.outPixels()));
    float[] weight = Draw.values(random, s.outChannels() * s.patch());
    float[] bias = Draw.values(random, s.inChannels() + s.outChannels());
    List<int[]> results = new ArrayList<>();
    try (Buffers b = new Buffers(cpu, 0)) {
      long images = b.of(x).address();
      long outputs = b.of(y).address();
      long w = b.of(weight).address();
      long offsets = b.of(bias).address();
      Buffers.Array newY = b.out(y.length);
      Buffers.Array newX = b.out(x.length);
      Buffers.Array newWeight = b.out(weight.length);
      cpu.conv().forward(s, images, w, offsets, newY.address());
      cpu.conv().transposed(s, outputs, w, offsets, newX.address());
      cpu.conv().weightGrad(s, images, outputs, newWeight.address());
      results.add(newY.bits());
      results.add(newX.bits());
      results.add(newWeight.bits());
    }
    return results;
  }
}
