package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.KernelException;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Strided copies and sums against plain index arithmetic. */
@Tag("device")
@Tag("schedule")
final class LayoutProperties {
  @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
  void copyMovesEveryElement(@ForAll long seed) {
    Random random = new Random(seed);
    long[] sizes = Strided.shape(random);
    long[] from =
        random.nextBoolean() ? Strided.permuted(random, sizes) : Strided.repeated(random, sizes);
    long[] to = random.nextBoolean() ? Strided.dense(sizes) : Strided.permuted(random, sizes);
    checkCopy(random, sizes, from, to);
  }

  /** Transposes of several tiles, beyond a chunk. */
  @Property(tries = 40, edgeCases = EdgeCasesMode.NONE)
  void transposesMoveEveryElement(@ForAll long seed) {
    Random random = new Random(seed);
    long[] sizes = {1 + random.nextInt(3), 1 + random.nextInt(120), 1 + random.nextInt(120)};
    long[] swapped = {sizes[1] * sizes[2], 1, sizes[1]};
    long[] dense = Strided.dense(sizes);
    boolean fromSwapped = random.nextBoolean();
    checkCopy(random, sizes, fromSwapped ? swapped : dense, fromSwapped ? dense : swapped);
  }

  /** More axes than a kernel takes at once, none of which can be merged. */
  @Property(tries = 20, edgeCases = EdgeCasesMode.NONE)
  void manyAxesAreCopiedToo(@ForAll long seed) {
    Random random = new Random(seed);
    long[] sizes = new long[9 + random.nextInt(3)];
    Arrays.fill(sizes, 2);
    checkCopy(random, sizes, Strided.permuted(random, sizes), Strided.permuted(random, sizes));
  }

  private static void checkCopy(Random random, long[] sizes, long[] from, long[] to) {
    int width = 1 << random.nextInt(4);
    int n = Strided.count(sizes);
    byte[] source = new byte[Strided.span(sizes, from) * width];
    random.nextBytes(source);
    byte[] expected = new byte[Strided.span(sizes, to) * width];
    // Some axes of the source run backwards: its first element is then not its lowest.
    long[] signed = from.clone();
    long first = 0;
    for (int axis = 0; axis < sizes.length; axis++) {
      if (n > 0 && random.nextInt(4) == 0) {
        signed[axis] = -from[axis];
        first += (sizes[axis] - 1) * from[axis];
      }
    }
    for (int i = 0; i < n; i++) {
      int s = ((int) first + Strided.offset(i, sizes, signed)) * width;
      System.arraycopy(source, s, expected, Strided.offset(i, sizes, to) * width, width);
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        Buffers.Array target = b.of(new byte[expected.length]);
        long start = b.of(source).address() + first * width;
        device.layout().copy(start, signed, target.address(), to, sizes, width);
        Assertions.assertArrayEquals(expected, target.raw());
      }
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void addSumsOverRepeatedTargets(@ForAll long seed) {
    Random random = new Random(seed);
    long[] sizes = Strided.shape(random);
    if (random.nextInt(8) == 0) {
      sizes = new long[] {1 + random.nextInt(300), 1 + random.nextInt(200)}; // beyond a chunk
    }
    long[] from = Strided.permuted(random, sizes);
    long[] to = Strided.repeated(random, sizes);
    int n = Strided.count(sizes);
    // Small integers: every order of summation is exact.
    float[] source = Draw.values(random, Strided.span(sizes, from), Draw.Kind.INTEGERS);
    float[] expected = Draw.values(random, Strided.span(sizes, to), Draw.Kind.INTEGERS);
    float[] start = expected.clone();
    for (int i = 0; i < n; i++) {
      expected[Strided.offset(i, sizes, to)] += source[Strided.offset(i, sizes, from)];
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        Buffers.Array target = b.of(start);
        device.layout().add(b.of(source).address(), from, target.address(), to, sizes);
        Assertions.assertArrayEquals(expected, target.floats());
      }
    }
  }

  @Test
  void oddElementWidthsAreRefused() {
    long[] one = {1};
    KernelException e =
        Assertions.assertThrows(
            KernelException.class, () -> Backends.any().layout().copy(64, one, 64, one, one, 3));
    assertEquals("elements of 3 bytes; expected 1, 2, 4 or 8", e.getMessage());
  }
}
