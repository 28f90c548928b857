package dev.kernite.test.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.engine.optim.Sgd;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.FileBatches;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingLog;
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
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Five fine-tuning runs against PyTorch: losses, gradient norms, rates, final parameters. */
@Tag("device")
final class FinetuneFixtureTest {
  private static final int STEPS = 20;

  static Path folder() {
    try {
      return Path.of(
          FinetuneFixtureTest.class.getResource("/fixtures/training/gpt2-finetune").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private record Recipe(Optimizer optimizer, Schedule schedule, TrainingOptions options) {}

  private static Recipe recipe(String run, Map<String, Tensor> parameters) {
    List<ParameterGroup> all = ParameterGroup.all(parameters, 0.01);
    return switch (run) {
      case "adam" ->
          new Recipe(
              new Adam(ParameterGroup.all(parameters, 0), Adam.Options.ADAM),
              Schedule.constant(0),
              options(1e-3, 0, 1));
      case "adamw" ->
          new Recipe(new Adam(all, Adam.Options.ADAMW), Schedule.constant(0), options(1e-3, 0, 1));
      case "adamw_warmup_linear_clip" ->
          new Recipe(
              new Adam(ParameterGroup.all(parameters, 0.1), Adam.Options.ADAMW),
              Schedule.linear(4, STEPS),
              options(3e-3, 1, 1));
      case "adamw_cosine_accum2" ->
          new Recipe(
              new Adam(all, Adam.Options.ADAMW.withBetas(0.9, 0.95).withEps(1e-6)),
              Schedule.cosine(4, STEPS),
              options(1e-3, 0, 2));
      case "sgd_momentum" ->
          new Recipe(
              new Sgd(ParameterGroup.all(parameters, 0), 0.9, false),
              Schedule.constant(0),
              options(0.05, 0, 1));
      default -> throw new IllegalArgumentException(run);
    };
  }

  private static TrainingOptions options(double lr, double clip, int accumulate) {
    return new TrainingOptions(STEPS, lr, clip, accumulate, 0, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adam",
        "adamw",
        "adamw_warmup_linear_clip",
        "adamw_cosine_accum2",
        "sgd_momentum"
      })
  void everyStepMatchesTheReference(String run) {
    JsonNode reference = reference(run);
    try (Engine engine = Device.any().engine(2);
        Gpt2 gpt2 = Gpt2Files.load(engine, folder(), Use.TRAINING);
        FileBatches data = new FileBatches(folder().resolve("data.safetensors"))) {
      assertEquals(STEPS, data.stepsPerEpoch());
      CausalModel model = CausalModel.of(gpt2);
      Recipe recipe = recipe(run, model.parameters());
      Trainer<Batch> trainer =
          new Trainer<>(model, recipe.optimizer, recipe.schedule, recipe.options);
      for (int step = 0; step < STEPS; step++) {
        TrainingLog.Entry got = trainer.update(step, data.batch(step));
        JsonNode truth = reference.get("float64");
        close(run + " loss", step, got.loss(), truth.get("loss").get(step), 1e-5);
        JsonNode norms = truth.get("grad_norm_before_clip");
        close(run + " norm", step, got.gradNorm(), norms.get(step), 1e-4);
        JsonNode rates = reference.get("float32").get("lr");
        close(run + " lr", step, got.lr(), rates.get(step), 1e-12);
      }
      double after = engine.noGrad(() -> (double) model.loss(data.batch(0), false).item());
      close(
          run + " after",
          STEPS,
          after,
          reference.get("float64").get("loss_on_first_batch_after"),
          1e-5);
      finalParameters(run, model.parameters());
      recipe.optimizer.close();
    }
  }

  private static JsonNode reference(String run) {
    JsonNode file = new ObjectMapper().readTree(folder().resolve("runs.json").toFile());
    for (JsonNode each : file.get("runs")) {
      if (each.get("name").stringValue().equals(run)) {
        return each;
      }
    }
    throw new IllegalStateException(run);
  }

  private static void close(String what, int step, double got, JsonNode want, double relative) {
    double w = want.doubleValue();
    assertTrue(
        Math.abs(got - w) <= relative * Math.abs(w),
        () -> what + " at step " + step + ": " + got + ", reference " + w);
  }

  /** But for the key part of c_attn.bias, whose gradient is rounding noise (see the README). */
  private static void finalParameters(String run, Map<String, Tensor> parameters) {
    try (Safetensors want = Safetensors.open(folder().resolve("final_" + run + ".safetensors"))) {
      assertEquals(want.tensors().size(), parameters.size());
      parameters.forEach(
          (name, tensor) -> {
            float[] got = tensor.toFloats();
            float[] ref = want.tensor(name).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            assertEquals(ref.length, got.length, name);
            boolean biases = name.endsWith("c_attn.bias");
            for (int i = 0; i < got.length; i++) {
              if (!(biases && i / (got.length / 3) == 1)) {
                float g = got[i];
                float r = ref[i];
                assertTrue(Math.abs(g - r) <= 1e-5, run + ": " + name + ": " + g + ", " + r);
              }
            }
          });
    }
  }
}
