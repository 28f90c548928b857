package dev.kernite.test.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Scope;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.lora.LoraConfig;
import dev.kernite.models.seq2seq.PairBatch;
import dev.kernite.models.seq2seq.Seq2Seq;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Config;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.t5.T5Inputs;
import dev.kernite.models.training.AdapterWriter;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.models.Reference;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters of encoder-decoders: they learn, and compute the same beside the weights and merged. */
final class LoraT5Test {
  private static final Path BASE = Reference.path("t5-v1.0");
  private static final PairBatch PAIRS =
      new PairBatch(
          new int[][] {{5, 6, 7, 8}, {9, 10, 11, 12}},
          null,
          new int[][] {{13, 14, 1}, {15, 16, 1}});

  @TempDir private Path folder;

  private static T5 load(Engine engine, Use use, LoraAdapter adapter) {
    T5Config config = T5Config.of(JsonConfig.read(BASE.resolve("config.json")));
    return T5Files.load(engine, BASE, config.withDropout(0), use, adapter);
  }

  @Test
  void anAdapterLearnsIsWrittenReadAndMerged() {
    LoraConfig config = new LoraConfig(2, 4, 0, List.of("q", "v", "wo"), false);
    float[] learnt;
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(4))) {
      float[] before;
      try (T5 plain = T5Files.load(engine, BASE, Use.TRAINING)) {
        before = logits(plain);
      }
      LoraAdapter adapter = LoraAdapter.fresh(engine, config);
      try (T5 t5 = load(engine, Use.FROZEN, adapter)) {
        assertArrayEquals(before, logits(t5), "a fresh adapter changes nothing");
        Seq2Seq model = new Seq2Seq(t5);
        try (Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0), Adam.Options.ADAM)) {
          Trainer<PairBatch> trainer =
              new Trainer<>(
                  model, adam, Schedule.constant(0), new TrainingOptions(30, 1e-2, 0, 1, 0, 0));
          double first = trainer.update(0, PAIRS).loss();
          double last = first;
          for (int step = 1; step < 30; step++) {
            last = trainer.update(step, PAIRS).loss();
          }
          assertTrue(last < first / 2, first + " to " + last);
        }
        learnt = logits(t5);
        new AdapterWriter(adapter, BASE.toString(), "SEQ_2_SEQ_LM", FileDtype.F32)
            .write(folder, model.parameters());
      }
      try (T5 beside =
          load(engine, Use.INFERENCE, LoraAdapter.read(engine, folder, Use.INFERENCE))) {
        assertClose(learnt, logits(beside));
      }
      LoraAdapter merging = LoraAdapter.read(engine, folder, Use.INFERENCE).merging();
      try (T5 merged = load(engine, Use.FROZEN, merging)) {
        assertClose(learnt, logits(merged));
      }
    }
  }

  private static float[] logits(T5 model) {
    Engine engine = model.engine();
    return engine.noGrad(
        () -> {
          try (Scope _ = engine.scope()) {
            T5Inputs in = T5Inputs.of(PAIRS.ids(), PAIRS.real(), PAIRS.labels(), model.config());
            return model.logits(model.hidden(in, false, Probe.NONE)).toFloats();
          }
        });
  }

  private static void assertClose(float[] want, float[] got) {
    assertEquals(want.length, got.length);
    for (int i = 0; i < want.length; i++) {
      double bound = 1e-4 * Math.max(1, Math.abs(want[i]));
      assertTrue(Math.abs(got[i] - want[i]) <= bound, want[i] + ", " + got[i]);
    }
  }
}
