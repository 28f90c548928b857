package dev.kernite.test.gpt2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.test.models.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model loaded for inference: packed, as narrow as its file, and the same to the last bit. */
@Tag("device")
class FrozenTest {
  private static final int VOCABULARY = 384;

  @ParameterizedTest
  @ValueSource(strings = {"gpt2-plain", "gpt2-bf16", "gpt2-f16", "gpt2-f64", "gpt2-mixed"})
  void givesTheBitsOfTheTrainableModel(String layout) {
    for (Device device : Device.tested()) {
      assertArrayEquals(
          logits(device, layout, Use.TRAINING),
          logits(device, layout, Use.INFERENCE),
          device.name());
    }
  }

  private static float[] logits(Device device, String layout, Use use) {
    Path folder = Reference.path("checkpoint-layouts/" + layout);
    float[][] out = new float[1][];
    try (Engine engine = device.engine(2);
        Gpt2 model = Gpt2Files.load(engine, folder, use)) {
      Random random = new Random(7);
      int limit = Math.min(VOCABULARY, model.config().vocabSize());
      int[][] ids = {random.ints(13, 0, limit).toArray(), random.ints(13, 0, limit).toArray()};
      engine.noGrad(
          () -> {
            try (Scope _ = engine.scope()) {
              Tensor hidden = model.hidden(Gpt2Inputs.of(ids), false, Probe.NONE);
              out[0] = model.logits(hidden).toFloats();
            }
          });
    }
    return out[0];
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void needsItsFilesNoMore(Device device, @TempDir Path folder) throws IOException {
    try (Stream<Path> files = Files.list(Reference.path("checkpoint-layouts/gpt2-bf16"))) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    try (Engine engine = device.engine(1);
        Gpt2 model = Gpt2Files.load(engine, folder, Use.INFERENCE)) {
      Files.write(folder.resolve("model.safetensors"), new byte[0]);
      engine.noGrad(
          () -> {
            try (Scope _ = engine.scope()) {
              Tensor hidden = model.hidden(Gpt2Inputs.of(new int[][] {{1, 2}}), false, Probe.NONE);
              assertEquals(2L * model.config().vocabSize(), model.logits(hidden).size());
            }
          });
    }
  }

  @Test
  void leavesNothingBehind() {
    try (Engine engine = Device.any().engine(1)) {
      long before = engine.backend().memory().bytesInUse();
      Gpt2Files.load(engine, Reference.path("gpt2"), Use.INFERENCE).close();
      assertEquals(before, engine.backend().memory().bytesInUse());
    }
  }
}
