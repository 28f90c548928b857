package dev.kernite.test.masking;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.masking.DynamicMasking;
import dev.kernite.models.masking.Frame;
import dev.kernite.models.masking.MaskedBatches;
import dev.kernite.models.training.Batch;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is masked: how much, what it becomes, and that each pass masks anew. */
final class DynamicMaskingTest {
  private static final int VOCAB = 200;
  private static final int SPECIAL = 5;
  private static final int MASK = 4;
  private static final int ROWS = 64;
  private static final int TIME = 50;

  private static DynamicMasking masking(long seed) {
    BitSet special = new BitSet();
    special.set(0, SPECIAL);
    return new DynamicMasking(VOCAB, special, MASK, seed);
  }

  /** Rows of [CLS] ordinary... [SEP]. */
  private static int[][] sequences() {
    Random random = new Random(1);
    int[][] ids = new int[ROWS][];
    for (int b = 0; b < ROWS; b++) {
      ids[b] = random.ints(TIME, SPECIAL, VOCAB).toArray();
      ids[b][0] = 2;
      ids[b][TIME - 1] = 3;
    }
    return ids;
  }

  @Test
  void fifteenPerCentAreChosenAndEightyTenTenBecomeOfThem() {
    int[][] ids = sequences();
    long chosen = 0;
    long masked = 0;
    long kept = 0;
    long seen = 0;
    for (int step = 0; step < 40; step++) {
      Batch batch = masking(7).apply(ids, null, step);
      for (int b = 0; b < ROWS; b++) {
        assertEquals(Batch.IGNORED, batch.labels()[b][0], "special tokens are not predicted");
        assertEquals(Batch.IGNORED, batch.labels()[b][TIME - 1]);
        long inRow = 0;
        for (int t = 0; t < TIME; t++) {
          int now = batch.ids()[b][t];
          if (batch.labels()[b][t] == Batch.IGNORED) {
            assertEquals(ids[b][t], now, "what is not predicted is left alone");
            continue;
          }
          inRow++;
          assertEquals(ids[b][t], batch.labels()[b][t]);
          masked += now == MASK ? 1 : 0;
          kept += now == ids[b][t] ? 1 : 0;
          assertTrue(now == MASK || now >= SPECIAL, "no special token but the mask is put in");
        }
        assertTrue(inRow == 7 || inRow == 8, "15 % of 48 is 7.2, not " + inRow);
        chosen += inRow;
      }
      seen += ROWS * (TIME - 2L);
    }
    double n = chosen;
    near("chosen", n / seen, 0.15, 0.15, seen);
    near("masked", masked / n, 0.8, 0.8, chosen);
    // A random token is the right one once in 195.
    near("kept", kept / n, 0.1 + 0.1 / 195, 0.1, chosen);
  }

  /** Within four standard deviations of a binomial share. */
  private static void near(String what, double got, double want, double p, long n) {
    double deviation = Math.sqrt(p * (1 - p) / n);
    assertTrue(
        Math.abs(got - want) <= 4 * deviation,
        () -> what + ": " + got + ", wanted " + want + " +- " + 4 * deviation);
  }

  @Test
  void eachStepMasksAnewAndTheSameStepTheSame() {
    int[][] ids = sequences();
    Batch first = masking(7).apply(ids, null, 0);
    assertArrayEquals(first.ids(), masking(7).apply(ids, null, 0).ids());
    assertArrayEquals(first.labels(), masking(7).apply(ids, null, 0).labels());
    assertFalse(Arrays.deepEquals(first.labels(), masking(7).apply(ids, null, 1).labels()));
    assertFalse(Arrays.deepEquals(first.labels(), masking(8).apply(ids, null, 0).labels()));
    assertFalse(
        Arrays.equals(places(first.labels()[0]), places(first.labels()[1])),
        "rows of a batch are not masked alike");
  }

  private static int[] places(int[] labels) {
    return IntStream.range(0, labels.length).filter(t -> labels[t] != Batch.IGNORED).toArray();
  }

  @Test
  void paddingIsNotMaskedAndAShortSequenceHasOneMask() {
    int[][] ids = {{2, 9, 3, 150, 150, 150}};
    boolean[][] real = {{true, true, true, false, false, false}};
    for (int step = 0; step < 50; step++) {
      assertArrayEquals(new int[] {1}, places(masking(1).apply(ids, real, step).labels()[0]));
    }
    int[][] nothing = {{2, 3}};
    assertEquals(0, places(masking(1).apply(nothing, null, 0).labels()[0]).length);
  }

  @Test
  void batchesAreFramedAndMaskedAnewInEachEpoch() {
    int[] tokens = new Random(2).ints(4 * 18, SPECIAL, VOCAB).toArray();
    Frame frame = new Frame(new int[] {2}, new int[] {3});
    MaskedBatches batches = new MaskedBatches(tokens, frame, masking(5), 4, 20, 5);
    assertEquals(1, batches.stepsPerEpoch());
    Batch one = batches.batch(0);
    Batch two = batches.batch(1);
    for (int[] row : one.ids()) {
      assertEquals(20, row.length);
      assertEquals(2, row[0]);
      assertEquals(3, row[19]);
    }
    assertArrayEquals(original(one), original(two), "the same text");
    assertFalse(Arrays.equals(allPlaces(one), allPlaces(two)), "other masks");
    assertArrayEquals(
        new MaskedBatches(tokens, frame, masking(5), 4, 20, 5).batch(1).ids(), two.ids());
    assertThrows(ModelException.class, () -> new MaskedBatches(tokens, frame, masking(5), 4, 2, 5));
  }

  /** All tokens before masking, sorted: epochs differ in order. */
  private static int[] original(Batch batch) {
    return IntStream.range(0, batch.size() * 20)
        .map(
            i -> {
              int label = batch.labels()[i / 20][i % 20];
              return label == Batch.IGNORED ? batch.ids()[i / 20][i % 20] : label;
            })
        .sorted()
        .toArray();
  }

  private static int[] allPlaces(Batch batch) {
    return places(Arrays.stream(batch.labels()).flatMapToInt(Arrays::stream).toArray());
  }
}
