package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.training.DataPosition;
import dev.kernite.models.training.PackedTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** An epoch shows nearly all tokens once, in an order that seed and epoch alone decide. */
class PackedTokensProperties {
  @Property(tries = 200)
  void anEpochShowsDisjointRunsOfTheText(
      @ForAll @IntRange(min = 1, max = 5000) int tokens,
      @ForAll @IntRange(min = 1, max = 7) int batch,
      @ForAll @IntRange(min = 1, max = 40) int time,
      @ForAll long seed,
      @ForAll @IntRange(max = 3) int epoch) {
    if (tokens < batch * time) {
      assertThrows(
          ModelException.class, () -> new PackedTokens(counting(tokens), batch, time, seed));
      return;
    }
    PackedTokens packed = new PackedTokens(counting(tokens), batch, time, seed);
    Set<Integer> seen = new HashSet<>();
    int[] ids = new int[batch * time];
    for (long step = 0; step < packed.stepsPerEpoch(); step++) {
      packed.batch(new DataPosition(epoch, step), ids);
      for (int i = 0; i < ids.length; i++) {
        assertTrue(seen.add(ids[i]), "token " + ids[i] + " shown twice");
        assertTrue(i % time == 0 || ids[i] == ids[i - 1] + 1, "a window must be a run of the text");
      }
    }
    // Left out: less than a window at each end, and less than a batch of windows.
    int leftOut = tokens - seen.size();
    assertTrue(leftOut < (batch - 1) * time + 2 * time, leftOut + " tokens left out");
  }

  @Property(tries = 50)
  void anyBatchCanBeAskedForAtAnyTime(@ForAll long seed) {
    PackedTokens straight = new PackedTokens(counting(1000), 3, 10, seed);
    List<int[]> batches = new ArrayList<>();
    DataPosition position = DataPosition.START;
    for (int i = 0; i < 80; i++) {
      int[] ids = new int[30];
      straight.batch(position, ids);
      batches.add(ids);
      position = position.next(straight.stepsPerEpoch());
    }
    assertEquals(new DataPosition(2, 80 - 2 * straight.stepsPerEpoch()), position);
    PackedTokens resumed = new PackedTokens(counting(1000), 3, 10, seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20; i++) {
      int n = random.nextInt(80);
      int[] ids = new int[30];
      long steps = resumed.stepsPerEpoch();
      resumed.batch(new DataPosition(n / steps, n % steps), ids);
      assertArrayEquals(batches.get(n), ids);
    }
  }

  @Example
  void epochsAndSeedsDiffer() {
    int[] first = order(1, 0);
    assertArrayEquals(first, order(1, 0));
    assertFalse(Arrays.equals(first, order(1, 1)));
    assertFalse(Arrays.equals(first, order(2, 0)));
    int[] sorted = first.clone();
    Arrays.sort(sorted);
    assertFalse(Arrays.equals(first, sorted), "the windows must be shuffled");
  }

  private static int[] order(long seed, long epoch) {
    PackedTokens packed = new PackedTokens(counting(100), 100, 1, seed);
    int[] ids = new int[100];
    packed.batch(new DataPosition(epoch, 0), ids);
    return ids;
  }

  /** 24 orders of four windows, 24,000 epochs: chi-square with 23 degrees of freedom. */
  @Example
  void allOrdersAreEquallyLikely() {
    PackedTokens packed = new PackedTokens(counting(4), 4, 1, 42);
    int[] counts = new int[256];
    int[] ids = new int[4];
    for (int epoch = 0; epoch < 24_000; epoch++) {
      packed.batch(new DataPosition(epoch, 0), ids);
      counts[ids[0] << 6 | ids[1] << 4 | ids[2] << 2 | ids[3]]++;
    }
    double chiSquare = 0;
    int orders = 0;
    for (int count : counts) {
      if (count > 0) {
        orders++;
        chiSquare += (count - 1000.0) * (count - 1000.0) / 1000;
      }
    }
    assertEquals(24, orders);
    assertTrue(chiSquare < 52, "chi-square " + chiSquare); // exceeded once in 2,000 seeds
  }

  @Example
  void offsetsReachTheWholeWindow() {
    PackedTokens packed = new PackedTokens(counting(100), 1, 10, 3);
    Set<Integer> offsets = new HashSet<>();
    int[] ids = new int[10];
    for (int epoch = 0; epoch < 200; epoch++) {
      packed.batch(new DataPosition(epoch, 0), ids);
      offsets.add(ids[0] % 10);
    }
    assertEquals(10, offsets.size());
  }

  @Example
  void impossibleRequestsAreRefused() {
    ModelException few =
        assertThrows(ModelException.class, () -> new PackedTokens(new int[39], 4, 10, 0));
    assertTrue(few.getMessage().contains("--batch-size"), few.getMessage());
    PackedTokens packed = new PackedTokens(new int[40], 4, 10, 0);
    assertEquals(1, packed.stepsPerEpoch());
    assertThrows(ModelException.class, () -> packed.batch(new DataPosition(0, 1), new int[40]));
    assertThrows(ModelException.class, () -> packed.batch(new DataPosition(0, 0), new int[41]));
    assertThrows(ModelException.class, () -> new DataPosition(0, -1));
    assertThrows(ModelException.class, () -> new PackedTokens(new int[40], 0, 10, 0));
  }

  private static int[] counting(int n) {
    int[] tokens = new int[n];
    Arrays.setAll(tokens, i -> i);
    return tokens;
  }
}
