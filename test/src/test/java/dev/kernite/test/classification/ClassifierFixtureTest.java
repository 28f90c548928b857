package dev.kernite.test.classification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.classification.Classifier;
import dev.kernite.models.classification.LabelledBatch;
import dev.kernite.models.classification.LabelledFile;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import java.lang.foreign.ValueLayout;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Fifteen steps of fine-tuning a BERT against PyTorch: losses and final parameters. */
@Tag("device")
final class ClassifierFixtureTest {
  private static final int STEPS = 15;

  static Path folder() {
    try {
      return Path.of(
          ClassifierFixtureTest.class.getResource("/fixtures/training/bert-finetune").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<Device> devices() {
    return Device.tested();
  }

  @ParameterizedTest
  @MethodSource("devices")
  void everyStepMatchesTheReference(Device device) {
    JsonNode reference = new ObjectMapper().readTree(folder().resolve("runs.json").toFile());
    try (Engine engine = device.engine(2);
        Bert bert = BertFiles.load(engine, folder(), Use.TRAINING);
        LabelledFile data = new LabelledFile(folder().resolve("data.safetensors"))) {
      assertEquals(STEPS, data.stepsPerEpoch());
      Classifier model = new Classifier(bert);
      try (Adam adam = new Adam(ParameterGroup.all(model.parameters(), 0.01), Adam.Options.ADAMW)) {
        Trainer<LabelledBatch> trainer =
            new Trainer<>(
                model, adam, Schedule.constant(0), new TrainingOptions(STEPS, 2e-3, 0, 1, 0, 0));
        for (int step = 0; step < STEPS; step++) {
          double loss = trainer.update(step, data.batch(step)).loss();
          double want = reference.get("loss_float64").get(step).doubleValue();
          int at = step;
          assertTrue(
              Math.abs(loss - want) <= 1e-5 * want, () -> at + ": " + loss + ", reference " + want);
        }
      }
      requireFinalParameters(model.parameters());
    }
  }

  /** But for the biases of the keys, whose gradients are rounding noise (see the README). */
  private static void requireFinalParameters(Map<String, Tensor> parameters) {
    try (Safetensors want = Safetensors.open(folder().resolve("final_adamw.safetensors"))) {
      assertEquals(want.tensors().size(), parameters.size());
      parameters.forEach(
          (name, tensor) -> {
            float[] got = tensor.toFloats();
            float[] ref = want.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            assertEquals(ref.length, got.length, name);
            for (int i = 0; i < got.length && !name.endsWith("attention.self.key.bias"); i++) {
              float g = got[i];
              float r = ref[i];
              assertTrue(Math.abs(g - r) <= 1e-5, name + ": " + g + ", reference " + r);
            }
          });
    }
  }
}
