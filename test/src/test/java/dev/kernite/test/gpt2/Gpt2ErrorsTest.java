package dev.kernite.test.gpt2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuOptions.Twin;
import dev.kernite.models.ModelException;
import dev.kernite.models.TextModel;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Inputs;
import dev.kernite.models.transformer.Probe;
import dev.kernite.models.weights.Use;
import dev.kernite.test.models.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets wrong ends in one message that names it, and leaves no memory behind. */
class Gpt2ErrorsTest {
  @TempDir private Path temp;

  private Path changedConfig(String from, String to) throws IOException {
    Path original = Reference.path("gpt2");
    Files.copy(original.resolve("model.safetensors"), temp.resolve("model.safetensors"));
    String config = Files.readString(original.resolve("config.json"));
    assertTrue(config.contains(from), from);
    Files.writeString(temp.resolve("config.json"), config.replace(from, to));
    return temp;
  }

  private static void loadFails(Path folder, String... parts) {
    try (Engine engine = Engines.open(Twin.AUTO, 1)) {
      ModelException e =
          assertThrows(ModelException.class, () -> Gpt2Files.load(engine, folder, Use.TRAINING));
      for (String part : parts) {
        assertTrue(e.getMessage().contains(part), e.getMessage());
      }
      assertEquals(0, engine.backend().memory().bytesInUse());
    }
  }

  @Test
  void aConfigOfAnotherModelNamesTheFirstTensorThatDiffers() throws IOException {
    loadFails(
        changedConfig("\"n_embd\": 48", "\"n_embd\": 52"), "wte.weight", "[512, 48]", "[512, 52]");
  }

  @Test
  void moreLayersThanTheFileHoldsNamesTheMissingTensor() throws IOException {
    loadFails(changedConfig("\"n_layer\": 2", "\"n_layer\": 3"), "h.2.ln_1.weight");
  }

  @Test
  void headsThatDoNotDivideTheWidthAreRefused() throws IOException {
    loadFails(changedConfig("\"n_head\": 4", "\"n_head\": 5"), "n_embd 48", "n_head 5");
  }

  @Test
  void anUnknownActivationListsTheKnownOnes() throws IOException {
    loadFails(changedConfig("gelu_new", "gelu_newer"), "gelu_newer", "silu");
  }

  @Test
  void anotherFamilyIsRefusedByName() throws IOException {
    Path folder = changedConfig("\"model_type\": \"gpt2\"", "\"model_type\": \"mamba\"");
    try (Engine engine = Engines.open(Twin.AUTO, 1)) {
      ModelException e = assertThrows(ModelException.class, () -> TextModel.load(engine, folder));
      assertTrue(e.getMessage().contains("mamba"), e.getMessage());
    }
  }

  @Test
  void aModelLargerThanMemoryIsRefusedWithItsPlan() {
    CpuOptions small = new CpuOptions(1, Twin.AUTO, 100_000, false);
    try (Engine engine = Engine.on(CpuBackend.open(small), 0)) {
      ModelException e =
          assertThrows(
              ModelException.class,
              () -> Gpt2Files.load(engine, Reference.path("gpt2"), Use.TRAINING));
      assertTrue(e.getMessage().contains("optimiser"), e.getMessage());
      assertTrue(e.getMessage().contains("memory limit"), e.getMessage());
    }
  }

  @Test
  void tokensAndLengthsOutsideTheModelAreRefused() {
    try (Engine engine = Engines.open(Twin.AUTO, 1);
        Gpt2 model = Gpt2Files.load(engine, Reference.path("gpt2"), Use.INFERENCE)) {
      refused(model, new int[1][65], "65 tokens", "64");
      refused(model, new int[][] {{1, 512}}, "input_ids[0][1] is 512", "511");
      refused(model, new int[][] {{-1}}, "input_ids[0][0] is -1");
      refused(model, new int[][] {{1, 2}, {3}}, "input_ids must have 2 rows of 2");
    }
  }

  private static void refused(Gpt2 model, int[][] ids, String... parts) {
    ModelException e =
        assertThrows(
            ModelException.class, () -> model.hidden(Gpt2Inputs.of(ids), false, Probe.NONE));
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
