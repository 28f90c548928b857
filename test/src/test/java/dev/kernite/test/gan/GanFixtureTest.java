package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanListener;
import dev.kernite.models.gan.GanRun;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.gan.RecordedData;
import dev.kernite.test.devices.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** PyTorch's runs, repeated: images and gradients of the first step, all losses, what came out. */
@Tag("device")
final class GanFixtureTest {
  @TempDir private Path folder;

  static Stream<Arguments> runs() {
    return Stream.of("gan-bce", "gan-bce-4layers", "gan-bce-logits", "dcgan")
        .flatMap(name -> Device.tested().stream().map(device -> Arguments.of(name, device)));
  }

  @ParameterizedTest
  @MethodSource("runs")
  void theFirstStepHasTheReferencesImagesAndGradients(String name, Device device) {
    GanFixture fixture = GanFixture.of(name);
    try (Engine engine = device.engine(2);
        Safetensors start = Safetensors.open(fixture.file("initial.safetensors"));
        Safetensors expected = Safetensors.open(fixture.file("expected.safetensors"));
        Gan gan = Gan.load(engine, fixture.config(), start);
        RecordedData data = RecordedData.open(fixture.file("data.safetensors"));
        GanTrainer trainer = new GanTrainer(gan, data);
        Scope _ = engine.scope()) {
      Tensor noise = engine.zeros(gan.noiseShape(data.realRows()));
      data.noise(0, false, noise);
      Tensor fake = engine.noGrad(() -> gan.generator().apply(noise, true));
      fixture.assertClose(expected, "step0_fake", fake.toFloats());
      trainer.update(0);
      for (var network : List.of(gan.generator(), gan.discriminator())) {
        network
            .parameters()
            .forEach(
                (parameter, tensor) -> {
                  assertNotNull(tensor.grad(), parameter);
                  fixture.assertClose(
                      expected, "step0_grad." + parameter, tensor.grad().toFloats());
                });
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void everyStepAndTheEndMatchTheReference(String name, Device device) {
    GanFixture fixture = GanFixture.of(name);
    int[] steps = {0};
    GanListener listener =
        new GanListener() {
          @Override
          public void onStep(GanStep step) {
            assertEquals(steps[0]++, step.step());
            fixture.assertStep(step);
          }
        };
    try (Engine engine = device.engine(2);
        Safetensors start = Safetensors.open(fixture.file("initial.safetensors"));
        RecordedData data = RecordedData.open(fixture.file("data.safetensors"));
        Gan gan = Gan.load(engine, fixture.config(), start);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      GanRun run =
          new GanRun(trainer, null, folder, new GanRun.Plan(data.stepsPerEpoch(), 0), Map.of());
      assertTrue(run.run(false, listener, () -> false).finished());
    }
    assertEquals(fixture.steps(), steps[0]);
    fixture.assertModel(folder.resolve("model.safetensors"));
    try (Safetensors expected = Safetensors.open(fixture.file("expected.safetensors"));
        Safetensors samples = Safetensors.open(folder.resolve("samples.safetensors"))) {
      String wanted =
          expected.contains("final.samples") ? "final.samples" : "final.samples_eval_mode";
      fixture.assertClose(expected, wanted, GanFixture.floats(samples, "samples"));
    }
  }

  @ParameterizedTest
  @MethodSource("runs")
  void namesAndShapesTellTheNetworks(String name, Device device) {
    GanFixture fixture = GanFixture.of(name);
    try (Safetensors start = Safetensors.open(fixture.file("initial.safetensors"));
        RecordedData data = RecordedData.open(fixture.file("data.safetensors"))) {
      GanConfig want = fixture.config();
      GanConfig got = GanConfig.infer(start, data.image(), want.loss());
      assertEquals(want.generator(), got.generator());
      assertEquals(want.discriminator(), got.discriminator());
    }
  }
}
