package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Shape;
import dev.kernite.kernels.Attention.Strides;
import dev.kernite.kernels.Backend;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * A step of decoding against what it stands for: the new keys and values written into the cache,
 * and attention over the filled positions, bit for bit. Positions that are not filled hold NaN, so
 * that touching one shows.
 */
@Tag("device")
@Tag("schedule")
final class DecodeProperties {
  /** Around blocks of keys (64) and rounds of them (512). */
  private static final int[] ROOM = {1, 2, 63, 64, 65, 128, 300, 512, 513, 700};

  private static final int[] HEAD_SIZES = {1, 4, 7, 16, 33, 64, 65, 128, 200};

  /** One cache with a step; a packed step has query, key and value beside each other. */
  private record Case(int batch, int heads, int room, int filled, int d, boolean biased) {
    static Case draw(Random random) {
      int room = pick(random, ROOM);
      int d = pick(random, HEAD_SIZES);
      int batch = 1 + random.nextInt(room * d > 20_000 ? 1 : 3);
      int heads = 1 + random.nextInt(room * d > 20_000 ? 1 : 3);
      int filled = random.nextBoolean() ? random.nextInt(room) : room - 1;
      return new Case(batch, heads, room, filled, d, random.nextBoolean());
    }

    private static int pick(Random random, int[] from) {
      return from[random.nextInt(from.length)];
    }

    Strides cache() {
      return new Strides((long) heads * room * d, (long) room * d, d);
    }

    Strides fresh() {
      return new Strides(3L * heads * d, d, 3L * heads * d);
    }

    Shape shape(long keys) {
      return new Shape(
          batch,
          heads,
          1,
          keys,
          d,
          fresh(),
          cache(),
          cache(),
          new Strides((long) heads * d, d, (long) heads * d),
          ScoreStrides.NONE,
          biased ? new ScoreStrides(room, 0, 0, 1) : ScoreStrides.NONE,
          false,
          (float) (1 / Math.sqrt(d)));
    }

    /** A cache filled so far. */
    float[] values(Random random) {
      float[] values = new float[batch * heads * room * d];
      Arrays.fill(values, Float.NaN);
      for (int head = 0; head < batch * heads; head++) {
        for (int i = 0; i < filled * d; i++) {
          values[head * room * d + i] = (float) random.nextGaussian();
        }
      }
      return values;
    }

    /** The cache with a row of {@code step} behind the filled positions. */
    float[] appended(float[] values, float[] step, int part) {
      float[] result = values.clone();
      for (int b = 0; b < batch; b++) {
        for (int h = 0; h < heads; h++) {
          int from = b * 3 * heads * d + part * heads * d + h * d;
          System.arraycopy(step, from, result, ((b * heads + h) * room + filled) * d, d);
        }
      }
      return result;
    }
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void aStepAppendsAndAttendsToWhatIsFilled(@ForAll long seed) {
    Random random = new Random(seed);
    Case c = Case.draw(random);
    float[] keys = c.values(random);
    float[] values = c.values(random);
    float[] step = normal(random, 3 * c.batch * c.heads * c.d);
    float[] bias = normal(random, c.batch * c.room);
    for (Backend device : Backends.tested()) {
      Attention attention = device.attention();
      try (Buffers b = new Buffers(device)) {
        long q = b.of(step).address();
        long width = 4L * c.heads * c.d;
        long scores = c.biased ? b.of(bias).address() : 0;
        Buffers.Array wantedKeys = b.of(c.appended(keys, step, 1));
        Buffers.Array wantedValues = b.of(c.appended(values, step, 2));
        Buffers.Array wanted = b.out((long) c.batch * c.heads * c.d);
        attention.forward(
            c.shape(c.filled + 1),
            q,
            wantedKeys.address(),
            wantedValues.address(),
            0,
            scores,
            wanted.address(),
            0);

        Buffers.Array gotKeys = b.of(keys);
        Buffers.Array gotValues = b.of(values);
        Buffers.Array got = b.out((long) c.batch * c.heads * c.d);
        attention.decode(
            c.shape(c.room),
            q,
            c.fresh(),
            q + width,
            q + 2 * width,
            gotKeys.address(),
            gotValues.address(),
            b.of(c.filled).address(),
            scores,
            got.address());
        String where = device.name() + " " + c;
        assertArrayEquals(wantedKeys.bits(), gotKeys.bits(), "keys, " + where);
        assertArrayEquals(wantedValues.bits(), gotValues.bits(), "values, " + where);
        assertArrayEquals(wanted.bits(), got.bits(), "result, " + where);
      }
    }
  }

  private static float[] normal(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
