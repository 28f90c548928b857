package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.training.TrainingLog.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of an interrupted and resumed run is that of one that ran through, byte for byte. */
class TrainingLogTest {
  private static final int STEPS = 7;

  @TempDir Path folder;
  private Path log;
  private byte[] uninterrupted;

  @BeforeEach
  void runThrough() throws IOException {
    log = folder.resolve("log.jsonl");
    try (TrainingLog run = TrainingLog.start(log)) {
      record(run, 0, STEPS);
      run.force();
    }
    uninterrupted = Files.readAllBytes(log);
  }

  private static void record(TrainingLog run, int from, int to) {
    for (int step = from; step < to; step++) {
      run.append(new Entry(step, 5.0 / (step + 1), 1e-7 * step, 1e-3));
    }
  }

  @Test
  void aLineIsJsonWithTheFourKeys() throws IOException {
    assertEquals(
        "{\"step\":2,\"loss\":1.6666666666666667,\"grad_norm\":2.0E-7,\"lr\":0.001}",
        Files.readAllLines(log).get(2));
  }

  /** Killed after any byte, resumed from any checkpoint that had been taken by then. */
  @Test
  void aResumedRunWritesTheSameFile() throws IOException {
    for (int bytes = 0; bytes <= uninterrupted.length; bytes++) {
      int complete = 0;
      for (int i = 0; i < bytes; i++) {
        complete += uninterrupted[i] == '\n' ? 1 : 0;
      }
      for (int step = 0; step <= complete; step += 3) {
        Files.delete(log);
        Files.write(log, Arrays.copyOf(uninterrupted, bytes));
        try (TrainingLog run = TrainingLog.resume(log, step)) {
          record(run, step, STEPS);
        }
        assertEquals(-1, Arrays.mismatch(uninterrupted, Files.readAllBytes(log)));
      }
    }
  }

  @Test
  void startingAgainOverwrites() throws IOException {
    TrainingLog.start(log).close();
    assertEquals(0, Files.size(log));
  }

  @Test
  void whatIsNoLogLineIsCutOff() throws IOException {
    for (String garbage :
        List.of("\0\0\0\n", "{\"loss\":1}\n", "[]\n", "\n", "{\"step\":\"9\"}\n")) {
      Files.write(log, uninterrupted);
      Files.writeString(log, garbage, StandardOpenOption.APPEND);
      TrainingLog.resume(log, 1_000_000).close();
      assertEquals(-1, Arrays.mismatch(uninterrupted, Files.readAllBytes(log)), garbage);
    }
  }

  @Test
  void aLogIsReadBack() {
    List<Entry> entries = TrainingLog.read(log);
    assertEquals(STEPS, entries.size());
    assertEquals(new Entry(3, 1.25, 1e-7 * 3, 1e-3), entries.get(3));
  }

  @Test
  void nonFiniteValuesAreNullAndEmpty() throws IOException {
    try (TrainingLog run = TrainingLog.start(log)) {
      run.append(new Entry(0, Double.NaN, Double.POSITIVE_INFINITY, 0.5));
    }
    assertEquals(
        "{\"step\":0,\"loss\":null,\"grad_norm\":null,\"lr\":0.5}\n", Files.readString(log));
    assertEquals(new Entry(0, Double.NaN, Double.NaN, 0.5), TrainingLog.read(log).getFirst());
    Path csv = folder.resolve("loss.csv");
    TrainingLog.writeCsv(log, csv);
    assertEquals("step,loss,grad_norm,lr\n0,,,0.5\n", Files.readString(csv));
  }

  @Test
  void theCurveHasARowForEachStep() throws IOException {
    Path csv = folder.resolve("loss.csv");
    TrainingLog.writeCsv(log, csv);
    List<String> rows = Files.readAllLines(csv);
    assertEquals(1 + STEPS, rows.size());
    assertEquals("1,2.5,1.0E-7,0.001", rows.get(2));
  }

  @Test
  void anUnusableFileIsNamed() {
    Path absent = folder.resolve("absent/log.jsonl");
    ModelException e = assertThrows(ModelException.class, () -> TrainingLog.start(absent));
    assertTrue(e.getMessage().startsWith(absent + ": cannot be written"), e.getMessage());
    assertThrows(ModelException.class, () -> TrainingLog.read(absent));
  }
}
