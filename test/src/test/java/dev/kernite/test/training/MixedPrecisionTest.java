package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.MatmulPrecision;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingOptions;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Training with matrix products in bfloat16, beside PyTorch's run in float64. */
final class MixedPrecisionTest {
  private static final int STEPS = 20;

  /** What rounding operands to 8 bits may do to a loss; it is no less than {@link #LEAST}. */
  private static final double MOST = 0.01;

  private static final double LEAST = 1e-6;

  @Test
  @Tag("cuda")
  void theLossFollowsThatOfExactArithmetic() {
    EngineOptions options =
        EngineOptions.DEFAULT
            .withDevice(Device.any() == Device.CUDA ? "cuda" : "cuda-host")
            .withMatmulPrecision(MatmulPrecision.BFLOAT16);
    List<Double> reference = reference();
    double furthest = 0;
    try (Engine engine = Engine.open(options);
        Gpt2 gpt2 = Gpt2Files.load(engine, FinetuneFixtureTest.folder(), Use.TRAINING);
        FileBatches data =
            new FileBatches(FinetuneFixtureTest.folder().resolve("data.safetensors"))) {
      CausalModel model = CausalModel.of(gpt2);
      List<ParameterGroup> all = ParameterGroup.all(model.parameters(), 0.01);
      try (Adam adam = new Adam(all, Adam.Options.ADAMW)) {
        Trainer<Batch> trainer =
            new Trainer<>(
                model, adam, Schedule.constant(0), new TrainingOptions(STEPS, 1e-3, 0, 1, 0, 0));
        for (int step = 0; step < STEPS; step++) {
          double loss = trainer.update(step, data.batch(step)).loss();
          double apart = Math.abs(loss / reference.get(step) - 1);
          assertTrue(apart <= MOST, "step " + step + ": " + loss + ", " + reference.get(step));
          furthest = Math.max(furthest, apart);
        }
      }
    }
    assertTrue(furthest >= LEAST, "as exact as float32: " + furthest);
  }

  private static List<Double> reference() {
    JsonNode file =
        new ObjectMapper().readTree(FinetuneFixtureTest.folder().resolve("runs.json").toFile());
    for (JsonNode run : file.get("runs")) {
      if (run.get("name").stringValue().equals("adamw")) {
        return run.get("float64").get("loss").valueStream().map(JsonNode::doubleValue).toList();
      }
    }
    throw new IllegalStateException("no run adamw");
  }

  @Test
  void aDeviceWithoutTensorCoresRefuses() {
    EngineOptions options =
        EngineOptions.DEFAULT.withDevice("cpu").withMatmulPrecision(MatmulPrecision.BFLOAT16);
    EngineException e = assertThrows(EngineException.class, () -> Engine.open(options));
    assertTrue(e.getMessage().contains("--device cuda"), e.getMessage());
  }
}
