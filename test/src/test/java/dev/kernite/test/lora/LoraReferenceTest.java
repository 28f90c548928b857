package dev.kernite.test.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.training.AdapterWriter;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * A GPT-2 with a LoRA adapter against the same in PyTorch, in float64 (fixtures/training/gpt2-lora,
 * whose {@code make.py} says how it was made): gradients, twenty updates, what comes out, and the
 * adapter written, read and merged.
 */
@Tag("device")
final class LoraReferenceTest {
  private static final Path BASE = fixture("gpt2-finetune");
  private static final Path LORA = fixture("gpt2-lora");
  private static final int STEPS = 20;

  @TempDir private Path folder;

  private static Path fixture(String name) {
    try {
      return Path.of(LoraReferenceTest.class.getResource("/fixtures/training/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Gpt2 load(Engine engine, Use use, LoraAdapter adapter) {
    Gpt2Config config = Gpt2Config.of(JsonConfig.read(BASE.resolve("config.json")));
    return Gpt2Files.load(engine, BASE, config, use, adapter);
  }

  private static Trainer<Batch> trainer(CausalModel model, Adam adam) {
    return new Trainer<>(
        model, adam, Schedule.constant(0), new TrainingOptions(STEPS, 5e-3, 0, 1, 0, 0));
  }

  @Test
  void everyUpdateMatchesTheReference() {
    JsonNode run = new ObjectMapper().readTree(LORA.resolve("run.json").toFile());
    try (Engine engine = Device.any().engine(2);
        Gpt2 gpt2 =
            load(
                engine, Use.FROZEN, LoraAdapter.read(engine, LORA.resolve("adapter"), Use.FROZEN));
        FileBatches data = new FileBatches(BASE.resolve("data.safetensors"));
        Safetensors expected = Safetensors.open(LORA.resolve("expected.safetensors"))) {
      CausalModel model = CausalModel.of(gpt2);
      Map<String, Tensor> parameters = model.parameters();
      assertEquals(2 * 2 * 4, parameters.size());
      try (Scope _ = engine.scope()) {
        model.loss(data.batch(0), true).backward();
      }
      parameters.forEach(
          (name, p) -> {
            assertClose(expected, "grad." + name, p.grad(), 1e-6);
            p.clearGrad();
          });
      try (Adam adam = new Adam(ParameterGroup.all(parameters, 0.01), Adam.Options.ADAMW)) {
        Trainer<Batch> trainer = trainer(model, adam);
        for (int step = 0; step < STEPS; step++) {
          TrainingLog.Entry got = trainer.update(step, data.batch(step));
          assertClose(run.get("loss").get(step).doubleValue(), got.loss(), 1e-5);
          assertClose(run.get("grad_norm").get(step).doubleValue(), got.gradNorm(), 1e-4);
        }
      }
      parameters.forEach((name, p) -> assertClose(expected, "final." + name, p, 1e-5));
      double after = engine.noGrad(() -> (double) model.loss(data.batch(0), false).item());
      assertClose(run.get("loss_on_first_batch_after").doubleValue(), after, 1e-5);
    }
  }

  @Test
  void theWeightsBesideTheAdapterStayAsTheyAre() {
    float[] before;
    int[][] ids;
    try (FileBatches data = new FileBatches(BASE.resolve("data.safetensors"))) {
      ids = data.batch(0).ids();
      try (Engine engine = Device.any().engine(2);
          Gpt2 plain = Gpt2Files.load(engine, BASE, Use.TRAINING)) {
        before = logits(plain, ids);
      }
      try (Engine engine = Device.any().engine(2);
          Gpt2 gpt2 =
              load(
                  engine,
                  Use.FROZEN,
                  LoraAdapter.read(engine, LORA.resolve("adapter"), Use.FROZEN))) {
        CausalModel model = CausalModel.of(gpt2);
        Map<String, Tensor> parameters = model.parameters();
        try (Adam adam = new Adam(ParameterGroup.all(parameters, 0.01), Adam.Options.ADAMW)) {
          for (int step = 0; step < 3; step++) {
            trainer(model, adam).update(step, data.batch(step));
          }
        }
        parameters.forEach(
            (name, p) -> {
              if (name.contains("lora_B")) {
                p.copyFrom(MemorySegment.ofArray(new float[(int) p.size()]));
              }
            });
        assertArrayEquals(before, logits(gpt2, ids), "a correction of 0 corrects nothing");
      }
    }
  }

  @Test
  void anAdapterIsWrittenReadAndMerged() {
    try (Engine engine = Device.any().engine(2);
        FileBatches data = new FileBatches(BASE.resolve("data.safetensors"));
        Safetensors expected = Safetensors.open(LORA.resolve("expected.safetensors"))) {
      int[][] ids = data.batch(0).ids();
      try (LoraAdapter read = LoraAdapter.read(engine, LORA.resolve("adapter"), Use.FROZEN)) {
        Map<String, Tensor> last = new LinkedHashMap<>();
        read.parameters()
            .forEach(
                (name, p) -> {
                  p.copyFrom(expected.tensor("final." + name).data());
                  last.put(name, p);
                });
        new AdapterWriter(read, BASE.toString(), "CAUSAL_LM", FileDtype.F32).write(folder, last);
      }
      for (Use use : new Use[] {Use.INFERENCE, Use.FROZEN}) {
        try (Gpt2 beside = load(engine, use, LoraAdapter.read(engine, folder, use))) {
          assertClose(expected, "final.logits", logits(beside, ids), 2e-5);
        }
      }
      LoraAdapter merging = LoraAdapter.read(engine, folder, Use.INFERENCE).merging();
      try (Gpt2 merged = load(engine, Use.FROZEN, merging)) {
        assertClose(expected, "final.logits", logits(merged, ids), 2e-5);
        assertEquals(28, merged.parameters().size(), "all of the model's parameters");
      }
    }
  }

  private static float[] logits(Gpt2 model, int[][] ids) {
    Engine engine = model.engine();
    return engine.noGrad(
        () -> {
          try (Scope _ = engine.scope()) {
            return model.logits(model.hidden(Gpt2Inputs.of(ids), false, Probe.NONE)).toFloats();
          }
        });
  }

  private static void assertClose(double want, double got, double relative) {
    assertTrue(Math.abs(got - want) <= relative * Math.abs(want), got + ", reference " + want);
  }

  private static void assertClose(Safetensors file, String name, Tensor got, double tolerance) {
    assertClose(file, name, got.toFloats(), tolerance);
  }

  private static void assertClose(Safetensors file, String name, float[] got, double tolerance) {
    float[] want = file.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    assertEquals(want.length, got.length, name);
    for (int i = 0; i < want.length; i++) {
      float g = got[i];
      float w = want[i];
      assertTrue(Math.abs(g - w) <= tolerance, () -> name + ": " + g + ", reference " + w);
    }
  }
}
