package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Philox;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import org.junit.jupiter.api.Test;

/** Both twins give the stream that {@link Philox} defines, word by word and bit by bit. */
@Tag("device")
final class RandomProperties {
  @Provide
  Arbitrary<Integer> lengths() {
    return Draw.lengths();
  }

  /** Word i of the stream that starts at block {@code offset}. */
  private static int word(long seed, long offset, long i) {
    int[] words = new int[4];
    Philox.block(seed, 0, offset + i / 4, words);
    return words[(int) (i % 4)];
  }

  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void uniformsAreTheStream(@ForAll("lengths") int n, @ForAll long seed, @ForAll long offset) {
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, (int) (seed & 15))) {
        Buffers.Array unit = b.out(n);
        Buffers.Array wide = b.out(n);
        device.random().uniform(unit.address(), n, 0, 1, seed, offset);
        device.random().uniform(wide.address(), n, -0.3f, 0.5f, seed, offset);
        float[] units = unit.floats();
        float[] wides = wide.floats();
        for (int i = 0; i < n; i++) {
          float u = Philox.uniform(word(seed, offset, i));
          assertEquals(u, units[i], "value " + i);
          assertEquals(-0.3f + (0.5f - -0.3f) * u, wides[i], "value " + i);
        }
      }
    }
  }

  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void normalsAreTheStream(@ForAll("lengths") int n, @ForAll long seed, @ForAll long offset) {
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        Buffers.Array out = b.out(n);
        device.random().normal(out.address(), n, 0.5f, 2, seed, offset);
        float[] actual = out.floats();
        for (int i = 0; i < n; i++) {
          int first = word(seed, offset, i / 2 * 2L);
          int second = word(seed, offset, i / 2 * 2L + 1);
          float z = i % 2 == 0 ? Philox.normalCos(first, second) : Philox.normalSin(first, second);
          assertEquals(0.5f + 2 * z, actual[i], "value " + i);
        }
      }
    }
  }

  @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
  void dropoutKeepsWhatTheStreamKeeps(
      @ForAll("lengths") int n, @ForAll long seed, @ForAll long offset) {
    Random random = new Random(seed);
    float[] ps = {0, 0.1f, 0.5f, 1};
    float p = ps[random.nextInt(ps.length)];
    float[] x = Draw.values(random, n, Draw.Kind.EXTREME);
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        Buffers.Array y = b.out(n);
        device.random().dropout(b.of(x).address(), y.address(), n, p, seed, offset);
        float[] actual = y.floats();
        for (int i = 0; i < n; i++) {
          boolean kept = Philox.uniform(word(seed, offset, i)) >= p;
          assertEquals(kept ? x[i] / (1 - p) : 0, actual[i], "value " + i);
        }
      }
    }
  }

  /** From 1 to 2 the largest product rounds up to 2, which the open end excludes. */
  @Test
  void theHighEndIsNeverReached() {
    int n = 4_000_000;
    Backend device = Backends.any();
    try (Buffers b = new Buffers(device)) {
      Buffers.Array out = b.out(n);
      device.random().uniform(out.address(), n, 1, Math.nextUp(1f), 3, 0);
      for (float value : out.floats()) {
        assertTrue(value == 1, "from 1 to the next float there is only 1");
      }
    }
  }
}
