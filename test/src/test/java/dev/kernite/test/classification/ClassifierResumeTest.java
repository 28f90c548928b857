package dev.kernite.test.classification;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertHead;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.classification.Classifier;
import dev.kernite.models.classification.LabelledBatch;
import dev.kernite.models.classification.LabelledBatches;
import dev.kernite.models.classification.LabelledHeldOut;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.ModelWriter;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingListener;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.training.TrainingRun;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A classifier's run that was broken off anywhere ends with every file as if it had not been. */
final class ClassifierResumeTest {
  private static final int STEPS = 9;
  private static final List<String> FILES =
      List.of("model.safetensors", "log.jsonl", "eval.jsonl", "training-state.safetensors");

  /** Ends a run from inside, as a crash would. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @TempDir private Path folder;

  @BeforeEach
  void layAModel() throws IOException {
    Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\n");
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "bert", "vocab_size": 8, "hidden_size": 8, "num_attention_heads": 2,
         "num_hidden_layers": 2, "intermediate_size": 16, "hidden_dropout_prob": 0.2}
        """);
  }

  private TrainingRun.Outcome run(String out, boolean resume, TrainingListener listener) {
    Tokenizer tokenizer = Tokenizer.load(folder);
    List<Encoding> texts =
        IntStream.range(0, 30)
            .mapToObj(i -> tokenizer.encode((i % 2 == 0 ? "a" : "b") + " c".repeat(i % 5)))
            .toList();
    int[] classes = IntStream.range(0, 30).map(i -> i % 2).toArray();
    BertConfig config = BertConfig.of(JsonConfig.read(folder.resolve("config.json")));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(5));
        Bert bert =
            BertFiles.fresh(engine, config, EnumSet.of(BertHead.POOLER, BertHead.CLASSIFIER))) {
      Classifier model = new Classifier(bert);
      try (Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0.01), Adam.Options.ADAMW)) {
        Trainer<LabelledBatch> trainer =
            new Trainer<>(
                model,
                adam,
                Schedule.linear(2, STEPS),
                new TrainingOptions(STEPS, 0.01, 1, 2, 4, 3));
        LabelledHeldOut heldOut = new LabelledHeldOut(texts.subList(0, 10), slice(classes));
        return new TrainingRun<>(
                trainer,
                new LabelledBatches(texts, classes, config, 7, 5),
                heldOut.judge(model),
                new ModelWriter(folder, FileDtype.F32),
                folder.resolve(out),
                Map.of("--lr", "0.01"))
            .run(resume, listener, () -> false);
      }
    }
  }

  private static int[] slice(int[] classes) {
    return Arrays.copyOf(classes, 10);
  }

  @Test
  void aCrashedRunEndsTheSame() throws IOException {
    TrainingRun.Outcome whole = run("whole", false, TrainingListener.NONE);
    for (long step : new long[] {1, 4, 6, 8}) {
      String out = "crashed-" + step;
      TrainingListener crash =
          new TrainingListener() {
            @Override
            public void onStep(TrainingLog.Entry entry, long tokens) {
              if (entry.step() + 1 == step) {
                throw new Crash();
              }
            }
          };
      assertThrows(Crash.class, () -> run(out, false, crash));
      TrainingRun.Outcome resumed = run(out, true, TrainingListener.NONE);
      assertEquals(whole.evaluations(), resumed.evaluations());
      for (String file : FILES) {
        assertArrayEquals(
            Files.readAllBytes(folder.resolve("whole").resolve(file)),
            Files.readAllBytes(folder.resolve(out).resolve(file)),
            out + "/" + file);
      }
    }
    Evaluation last = whole.evaluations().getLast();
    assertEquals(List.of("accuracy", "macro_f1"), List.copyOf(last.measures().keySet()));
    double accuracy = last.measures().get("accuracy");
    assertTrue(accuracy * 10 == Math.rint(accuracy * 10), "of ten texts: " + accuracy);
  }
}
