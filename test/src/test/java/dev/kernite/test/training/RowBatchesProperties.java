package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Scope;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.EpochLosses;
import dev.kernite.models.training.RowBatches;
import dev.kernite.models.training.TextRows;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.transformer.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Documents as rows: what is padding, what is a label, and that none is lost. */
final class RowBatchesProperties {
  private static final int PAD = 36;

  private static List<int[]> rows(int n, long seed) {
    Random random = new Random(seed);
    List<int[]> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      rows.add(Tiny.tokens(2 + random.nextInt(9), random.nextLong()));
    }
    return rows;
  }

  @Property(tries = 100)
  void anEpochHasEveryRowOnceAndPaddingCountsForNothing(
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll @IntRange(min = 1, max = 9) int size,
      @ForAll boolean labelPadding,
      @ForAll long seed) {
    List<int[]> rows = rows(n, seed);
    RowBatches batches = new RowBatches(rows, PAD, labelPadding, size, seed);
    for (int epoch = 0; epoch < 2; epoch++) {
      List<String> seen = new ArrayList<>();
      for (int i = 0; i < batches.stepsPerEpoch(); i++) {
        Batch batch = batches.batch(epoch * batches.stepsPerEpoch() + i);
        assertTrue(batch.size() <= size);
        int longest = 0;
        for (int b = 0; b < batch.size(); b++) {
          int length = requireRow(batch, b, labelPadding);
          longest = Math.max(longest, length);
          seen.add(Arrays.toString(Arrays.copyOf(batch.ids()[b], length)));
        }
        assertEquals(longest, batch.ids()[0].length, "padded to the longest and no more");
      }
      List<String> want = new ArrayList<>(rows.stream().map(Arrays::toString).toList());
      want.sort(null);
      seen.sort(null);
      assertEquals(want, seen);
    }
  }

  /** The length of a row without its padding. */
  private static int requireRow(Batch batch, int b, boolean labelPadding) {
    int length = 0;
    for (int t = 0; t < batch.ids()[b].length; t++) {
      if (batch.mask()[b][t]) {
        assertEquals(t, length++, "what is real stands in front");
        assertEquals(batch.ids()[b][t], batch.labels()[b][t]);
      } else {
        assertEquals(PAD, batch.ids()[b][t]);
        assertEquals(labelPadding ? PAD : Batch.IGNORED, batch.labels()[b][t]);
      }
    }
    return length;
  }

  /** The loss of padded rows is the mean over the tokens of each row by itself. */
  @Example
  void paddingChangesNoLoss() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(1).withSeed(3));
        Gpt2 gpt2 = Tiny.gpt2(engine)) {
      CausalModel model = CausalModel.of(gpt2);
      List<int[]> rows = rows(5, 8);
      double nats = 0;
      long count = 0;
      double withPadding = 0;
      int longest = rows.stream().mapToInt(r -> r.length).max().orElseThrow();
      for (int[] row : rows) {
        nats += (row.length - 1) * loss(model, Batch.of(new int[][] {row}));
        count += row.length - 1;
        withPadding += nats(gpt2, row, longest);
      }
      double got = loss(model, new RowBatches(rows, PAD, false, 5, 1).batch(0));
      assertEquals(nats / count, got, 1e-5 * got);
      double all = loss(model, new RowBatches(rows, PAD, true, 5, 1).batch(0));
      double want = withPadding / (rows.size() * (longest - 1));
      assertEquals(want, all, 1e-5 * want, "padding to be predicted too");
    }
  }

  private static double loss(CausalModel model, Batch batch) {
    return model.engine().noGrad(() -> (double) model.loss(batch, false).item());
  }

  /** Of a row and the padding behind it, in float64 from the logits. */
  private static double nats(Gpt2 gpt2, int[] row, int longest) {
    int[] ids = Arrays.copyOf(row, longest);
    Arrays.fill(ids, row.length, longest, PAD);
    boolean[] real = new boolean[longest];
    Arrays.fill(real, 0, row.length, true);
    float[] logits =
        gpt2.engine()
            .noGrad(
                () -> {
                  try (Scope _ = gpt2.engine().scope()) {
                    Gpt2Inputs in =
                        new Gpt2Inputs(new int[][] {ids}, new boolean[][] {real}, null, null);
                    return gpt2.logits(gpt2.hidden(in, false, Probe.NONE)).toFloats();
                  }
                });
    double nats = 0;
    for (int t = 0; t + 1 < longest; t++) {
      double sum = 0;
      for (int i = 0; i < Tiny.VOCAB; i++) {
        sum += Math.exp(logits[t * Tiny.VOCAB + i]);
      }
      nats += Math.log(sum) - logits[t * Tiny.VOCAB + ids[t + 1]];
    }
    return nats;
  }

  @Example
  void linesAndDocumentsAreRowsOfTheirOwn() throws IOException {
    Path folder = Files.createTempDirectory("rows");
    Path text = Files.writeString(folder.resolve("t.txt"), "abc\n\n  \nabcdefgh\nde\nx\n");
    Path json =
        Files.writeString(
            folder.resolve("t.jsonl"),
            "{\"text\": \"abc\"}\n{\"text\": \"abcdefgh\"}\n{\"text\": \"de\"}\n{\"text\": \"x\"}\n");
    Function<String, int[]> encode = s -> s.chars().map(c -> c - 'a').toArray();
    for (Path file : List.of(text, json)) {
      TextRows all = TextRows.read(file, encode, 26, 6, 0);
      int[][] want = {{0, 1, 2, 26}, {0, 1, 2, 3, 4, 5}, {3, 4, 26}, {23, 26}};
      assertArrayEquals(want, all.training().toArray(int[][]::new));
      TextRows some = TextRows.read(file, encode, 26, 6, 2);
      assertArrayEquals(new int[][] {want[0], want[2]}, some.training().toArray(int[][]::new));
      int[][] held = {{26, 0, 1, 2, 3, 4, 5, 6, 7}, {26, 23}};
      assertArrayEquals(held, some.heldOut().toArray(int[][]::new), "whole, to be scored");
      assertEquals(9, some.heldOutBytes());
      TextRows endless = TextRows.read(file, encode, -1, 6, 0);
      assertEquals(3, endless.training().size(), "nothing follows a single token");
      assertArrayEquals(new int[] {0, 1, 2}, endless.training().getFirst());
    }
    Files.delete(text);
    Files.delete(json);
    Files.delete(folder);
  }

  @Example
  void epochsAreAveragedOver() {
    List<TrainingLog.Entry> log = new ArrayList<>();
    for (int step = 0; step < 7; step++) {
      log.add(new TrainingLog.Entry(step, step * step, 1, 1));
    }
    assertEquals(List.of(5 / 3.0, 50 / 3.0), EpochLosses.of(log, 3));
    assertEquals(9 + 16, EpochLosses.sumBefore(5, log, 3));
    assertEquals(0, EpochLosses.sumBefore(3, log, 3));
  }
}
