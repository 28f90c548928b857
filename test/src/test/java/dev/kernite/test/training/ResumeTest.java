package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.engine.optim.Sgd;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.HeldOut;
import dev.kernite.models.training.ModelWriter;
import dev.kernite.models.training.TextBatches;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingListener;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that was broken off anywhere ends with every file as if it had not been. */
final class ResumeTest {
  private static final int STEPS = 12;

  /** Ends a run from inside, as a crash would. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @TempDir private Path folder;
  private Path source;
  private boolean momentum;
  private int threads = 2;
  private Map<String, String> settings = Map.of("--lr", "0.01");

  @BeforeEach
  void layAConfig() throws IOException {
    source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("config.json"), "{}");
  }

  private TrainingRun.Outcome run(
      String out, boolean resume, TrainingListener listener, BooleanSupplier stop) {
    EngineOptions options = EngineOptions.DEFAULT.withThreads(threads).withSeed(5);
    try (Engine engine = Engine.open(options);
        Gpt2 gpt2 = Tiny.gpt2(engine)) {
      CausalModel model = CausalModel.of(gpt2);
      List<ParameterGroup> groups = ParameterGroup.decayMatrices(model.parameters(), 0.1);
      try (Optimizer optimizer =
          momentum ? new Sgd(groups, 0.9, true) : new Adam(groups, Adam.Options.ADAMW)) {
        Trainer<Batch> trainer =
            new Trainer<>(
                model,
                optimizer,
                Schedule.cosine(2, STEPS),
                new TrainingOptions(STEPS, 0.01, 1, 2, 4, 3));
        HeldOut heldOut = new HeldOut(List.of(Tiny.tokens(70, 2)), 100, 12, 2);
        return new TrainingRun<>(
                trainer,
                new TextBatches(Tiny.tokens(200, 1), 4, 8, 5),
                heldOut.judge(model),
                new ModelWriter(source, FileDtype.F32),
                folder.resolve(out),
                settings)
            .run(resume, listener, stop);
      }
    }
  }

  private Map<String, byte[]> files(String out) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    Path root = folder.resolve(out);
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private void assertSameFiles(String expected, String actual) throws IOException {
    Map<String, byte[]> want = files(expected);
    Map<String, byte[]> got = files(actual);
    assertEquals(want.keySet(), got.keySet());
    for (String name : want.keySet()) {
      assertArrayEquals(want.get(name), got.get(name), name);
    }
  }

  private static TrainingListener crashAfter(long step) {
    return new TrainingListener() {
      @Override
      public void onStep(TrainingLog.Entry entry, long tokens) {
        if (entry.step() + 1 == step) {
          throw new Crash();
        }
      }
    };
  }

  private TrainingRun.Outcome whole(String out) {
    TrainingRun.Outcome outcome = run(out, false, TrainingListener.NONE, () -> false);
    assertTrue(outcome.finished());
    assertEquals(STEPS, outcome.steps());
    assertEquals(4, outcome.evaluations().size());
    return outcome;
  }

  @Test
  void aCrashedRunEndsTheSame() throws IOException {
    whole("whole");
    for (long step : new long[] {1, 4, 6, 8, 11, 12}) {
      String out = "crashed-" + step;
      assertThrows(Crash.class, () -> run(out, false, crashAfter(step), () -> false));
      assertTrue(run(out, true, TrainingListener.NONE, () -> false).finished());
      assertSameFiles("whole", out);
    }
  }

  @Test
  void aStoppedRunEndsTheSame() throws IOException {
    momentum = true;
    whole("whole");
    for (int steps : new int[] {0, 1, 5, 8}) {
      String out = "stopped-" + steps;
      int[] left = {steps};
      TrainingRun.Outcome first = run(out, false, TrainingListener.NONE, () -> left[0]-- == 0);
      assertFalse(first.finished());
      assertEquals(steps, first.steps());
      assertTrue(run(out, true, TrainingListener.NONE, () -> false).finished());
      assertSameFiles("whole", out);
    }
  }

  @Test
  void theNumberOfThreadsChangesNoBit() throws IOException {
    threads = 1;
    whole("one");
    threads = 2;
    whole("two");
    assertSameFiles("one", "two");
  }

  @Test
  void aRunThatIsResumedWhenDoneOrNotBegunEndsTheSame() throws IOException {
    whole("whole");
    assertTrue(run("fresh", true, TrainingListener.NONE, () -> false).finished());
    assertSameFiles("whole", "fresh");
    assertTrue(run("fresh", true, TrainingListener.NONE, () -> false).finished());
    assertSameFiles("whole", "fresh");
  }

  @Test
  void withoutResumeARunStartsOver() throws IOException {
    whole("whole");
    assertThrows(Crash.class, () -> run("broken", false, crashAfter(6), () -> false));
    whole("broken");
    assertSameFiles("whole", "broken");
  }

  @Test
  void otherSettingsAreRefused() {
    whole("whole");
    settings = Map.of("--lr", "0.02");
    ModelException error =
        assertThrows(
            ModelException.class, () -> run("whole", true, TrainingListener.NONE, () -> false));
    assertTrue(
        error.getMessage().contains("saved with --lr 0.01, this run has 0.02"), error.getMessage());
  }

  @Test
  void theLossFallsAndTheBestModelIsKept() throws IOException {
    TrainingRun.Outcome outcome = whole("whole");
    List<TrainingLog.Entry> log = TrainingLog.read(folder.resolve("whole/log.jsonl"));
    assertEquals(STEPS, log.size());
    assertTrue(log.getLast().loss() < log.getFirst().loss() - 0.15, () -> log.toString());
    boolean lastIsBest =
        outcome.evaluations().stream()
            .allMatch(e -> e.nats() >= outcome.evaluations().getLast().nats());
    assertTrue(lastIsBest, () -> outcome.evaluations().toString());
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("whole/model.safetensors")),
        Files.readAllBytes(folder.resolve("whole/best/model.safetensors")));
  }

  @Test
  void aSecondRunInTheSameFolderIsRefusedAndTheFirstGoesOn() {
    TrainingListener intruder =
        new TrainingListener() {
          @Override
          public void onStep(TrainingLog.Entry entry, long tokens) {
            ModelException e =
                assertThrows(
                    ModelException.class,
                    () -> run("shared", false, TrainingListener.NONE, () -> false));
            assertTrue(e.getMessage().contains("another training run"), e.getMessage());
          }
        };
    assertTrue(run("shared", false, intruder, () -> false).finished());
  }
}
