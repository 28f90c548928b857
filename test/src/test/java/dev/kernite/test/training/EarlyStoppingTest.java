package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.FitVerdict;
import dev.kernite.models.training.Judge;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a run ends before its last step, with which model; and what its curves are called. */
final class EarlyStoppingTest {
  /** Held-out losses after steps 2, 4, 6, ...; the lowest after step 6. */
  private static final double[] LOSSES = {3, 2.5, 2, 2.2, 2.1, 2.3, 1, 1};

  @TempDir private Path folder;

  private TrainingRun.Outcome run(String out, int patience, boolean resume, BooleanSupplier stop)
      throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    Files.writeString(source.resolve("config.json"), "{}");
    Judge judge =
        step -> new Evaluation(step, LOSSES[(int) step / 2 - 1], 1, Map.of("step_seen", step + 0.));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(5));
        Gpt2 gpt2 = Tiny.gpt2(engine)) {
      CausalModel model = CausalModel.of(gpt2);
      try (Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0), Adam.Options.ADAM)) {
        Trainer<Batch> trainer =
            new Trainer<>(
                model,
                adam,
                Schedule.constant(0),
                new TrainingOptions(16, 0.01, 0, 1, 5, 2, patience));
        TextBatches data = new TextBatches(Tiny.tokens(200, 1), 4, 8, 5);
        ModelWriter writer = new ModelWriter(source, FileDtype.F32);
        return new TrainingRun<>(trainer, data, judge, writer, folder.resolve(out), Map.of())
            .run(resume, TrainingListener.NONE, stop);
      }
    }
  }

  private byte[] file(String name) throws IOException {
    return Files.readAllBytes(folder.resolve(name));
  }

  @Test
  void aRunEndsWhenNoEvaluationIsBetterWithTheBestModel() throws IOException {
    TrainingRun.Outcome early = run("early", 3, false, () -> false);
    assertTrue(early.finished());
    assertEquals(12, early.steps(), "three evaluations after step 6 were no better");
    assertEquals(6, early.best().orElseThrow().step());
    assertArrayEquals(file("early/best/model.safetensors"), file("early/model.safetensors"));

    TrainingRun.Outcome whole = run("whole", 0, false, () -> false);
    assertEquals(16, whole.steps(), "without patience a run goes on");
    assertEquals(14, whole.best().orElseThrow().step());
    run("patient", 4, false, () -> false);
    assertArrayEquals(
        file("whole/best/model.safetensors"),
        file("patient/model.safetensors"),
        "a fourth evaluation is the better one");
  }

  @Test
  void aResumedRunStopsWhereAnUnbrokenOneDoes() throws IOException {
    run("early", 3, false, () -> false);
    for (int steps : new int[] {3, 7, 11}) {
      String out = "broken-" + steps;
      int[] left = {steps};
      assertFalse(run(out, 3, false, () -> left[0]-- == 0).finished());
      assertEquals(12, run(out, 3, true, () -> false).steps());
      assertEquals(12, run(out, 3, true, () -> false).steps(), "resumed when done");
      for (String name : List.of("model.safetensors", "log.jsonl", "eval.jsonl", "loss.csv")) {
        assertArrayEquals(file("early/" + name), file(out + "/" + name), name);
      }
    }
    String line = Files.readAllLines(folder.resolve("early/eval.jsonl")).get(2);
    assertEquals("{\"step\":6,\"loss\":2.0,\"step_seen\":6.0}", line);
  }

  @Test
  void withoutEvaluationsThereIsNothingToStopBy() throws IOException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(1));
        Gpt2 gpt2 = Tiny.gpt2(engine)) {
      CausalModel model = CausalModel.of(gpt2);
      try (Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0), Adam.Options.ADAM)) {
        Trainer<Batch> trainer =
            new Trainer<>(
                model, adam, Schedule.constant(0), new TrainingOptions(1, 0, 0, 1, 0, 0, 1));
        TextBatches data = new TextBatches(Tiny.tokens(200, 1), 4, 8, 5);
        ModelWriter writer = new ModelWriter(folder, FileDtype.F32);
        assertThrows(
            ModelException.class,
            () -> new TrainingRun<>(trainer, data, null, writer, folder, Map.of()));
      }
    }
  }

  private static FitVerdict.Kind verdict(double from, double to, double... heldOut) {
    List<TrainingLog.Entry> log = new ArrayList<>();
    for (int step = 0; step < 100; step++) {
      log.add(new TrainingLog.Entry(step, from + (to - from) * step / 99, 1, 1));
    }
    List<Evaluation> evaluations = new ArrayList<>();
    for (double loss : heldOut) {
      evaluations.add(new Evaluation(10L * evaluations.size(), loss, 1, Map.of()));
    }
    return FitVerdict.of(log, evaluations).kind();
  }

  @Test
  void curvesAreCalledByTheirNames() {
    assertEquals(FitVerdict.Kind.OVERFITTING, verdict(0.7, 0.1, 0.6, 0.5, 0.55, 0.7));
    assertEquals(FitVerdict.Kind.OVERFITTING, verdict(0.7, 0.05, 0.6, 0.5, 0.5));
    assertEquals(FitVerdict.Kind.UNDERFITTING, verdict(0.7, 0.69, 0.7, 0.7, 0.695));
    assertEquals(FitVerdict.Kind.UNDERFITTING, verdict(0.7, 0.4, 0.6, 0.5, 0.45));
    assertEquals(FitVerdict.Kind.GOOD_FIT, verdict(0.7, 0.4, 0.6, 0.46, 0.458));
    assertEquals(FitVerdict.Kind.GOOD_FIT, verdict(0.7, 0.004, 0.6, 0.006, 0.002));
    assertEquals(FitVerdict.Kind.UNKNOWN, verdict(0.7, 0.4, 0.6));
  }
}
