package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Backend;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** Gathers and scatters; small integers make every sum exact, so they are compared bit by bit. */
@Tag("device")
@Tag("schedule")
final class IndexProperties {
  @Provide
  Arbitrary<Integer> axes() {
    return Draw.axes();
  }

  @Provide
  Arbitrary<Integer> few() {
    return Draw.few();
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void rows(@ForAll("axes") int cols, @ForAll("axes") int tableRows, @ForAll long seed) {
    Random random = new Random(seed);
    int n = random.nextInt(500);
    float[] table = Draw.values(random, tableRows * cols, Draw.Kind.EXTREME);
    int[] ids = Draw.indices(random, n, tableRows);
    float[] dy = Draw.values(random, n * cols, Draw.Kind.INTEGERS);
    float[] start = Draw.values(random, tableRows * cols, Draw.Kind.INTEGERS);
    int skip = random.nextBoolean() ? -1 : random.nextInt(tableRows);
    float[] gathered = new float[n * cols];
    float[] scattered = start.clone();
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < cols; c++) {
        gathered[i * cols + c] = table[ids[i] * cols + c];
        scattered[ids[i] * cols + c] += ids[i] == skip ? 0 : dy[i * cols + c];
      }
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long index = b.of(ids).address();
        Buffers.Array out = b.out((long) n * cols);
        Buffers.Array dtable = b.of(start);
        device.index().gatherRows(b.of(table).address(), index, out.address(), n, cols);
        device
            .index()
            .scatterAddRows(b.of(dy).address(), index, dtable.address(), n, cols, tableRows, skip);
        assertArrayEquals(b.of(gathered).bits(), out.bits());
        assertArrayEquals(scattered, dtable.floats());
      }
    }
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void elements(
      @ForAll("axes") int outer,
      @ForAll("few") int n,
      @ForAll("few") int m,
      @ForAll("axes") int inner,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] x = Draw.values(random, outer * n * inner, Draw.Kind.EXTREME);
    int[] index = Draw.indices(random, outer * m * inner, n);
    float[] dy = Draw.values(random, outer * m * inner, Draw.Kind.INTEGERS);
    float[] gathered = new float[index.length];
    float[] scattered = new float[x.length];
    for (int o = 0; o < outer; o++) {
      for (int j = 0; j < m; j++) {
        for (int i = 0; i < inner; i++) {
          int at = (o * m + j) * inner + i;
          int from = (o * n + index[at]) * inner + i;
          gathered[at] = x[from];
          scattered[from] += dy[at];
        }
      }
    }
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device, random.nextInt(16))) {
        long indices = b.of(index).address();
        Buffers.Array out = b.out(index.length);
        Buffers.Array dx = b.of(new float[x.length]);
        device.index().gather(b.of(x).address(), indices, out.address(), outer, n, m, inner);
        device.index().scatterAdd(b.of(dy).address(), indices, dx.address(), outer, n, m, inner);
        assertArrayEquals(b.of(gathered).bits(), out.bits());
        assertArrayEquals(scattered, dx.floats());
      }
    }
  }
}
