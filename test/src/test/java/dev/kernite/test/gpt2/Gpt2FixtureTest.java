package dev.kernite.test.gpt2;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.gpt2.Gpt2Forward;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.test.models.ForwardCase;
import dev.kernite.test.models.Reference;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GPT-2 against Hugging Face transformers 4.27.4: every value of every case, on both twins. */
@Tag("device")
class Gpt2FixtureTest {
  @TempDir private Path temp;

  @ParameterizedTest
  @MethodSource("casesOnEachDevice")
  void forwardAndGradientsMatchTransformers(String letter, Device device) {
    try (ForwardCase reference = ForwardCase.open("gpt2", letter)) {
      Path out = run("gpt2", reference.values(), reference.grads(), device);
      reference.check(out);
    }
  }

  static Stream<Arguments> casesOnEachDevice() {
    return Stream.of("a", "b", "c", "d", "e")
        .flatMap(letter -> Device.tested().stream().map(device -> Arguments.of(letter, device)));
  }

  private Path run(String model, Map<String, RawTensor> values, boolean grads, Device device) {
    Path in = ForwardCase.writeInputs(values, temp);
    Path out = temp.resolve("out.safetensors");
    Use use = grads ? Use.TRAINING : Use.INFERENCE;
    try (Engine engine = device.engine(2);
        Gpt2 loaded = Gpt2Files.load(engine, Reference.path(model), use)) {
      Gpt2Forward.run(loaded, in, out, grads, false);
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "hub", "all-tensors", "sharded", "f16", "bf16", "f64", "mixed"})
  void everyCheckpointLayoutGivesItsLogits(String layout) {
    String root = "checkpoint-layouts/";
    try (Safetensors expected =
        Safetensors.open(Reference.path(root + "gpt2_expected.safetensors"))) {
      String own = "logits_" + layout;
      RawTensor want = expected.tensor(expected.contains(own) ? own : "logits");
      Path out =
          run(
              root + "gpt2-" + layout,
              Map.of("input_ids", expected.tensor("input_ids")),
              false,
              Device.any());
      try (Safetensors got = Safetensors.open(out)) {
        Reference.requireClose(layout, got, want, "logits", 1e-4, 1e-4, i -> true);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void theFullContextWorks(Device device) {
    try (Safetensors expected = Safetensors.open(Reference.path("gpt2/expected.safetensors"))) {
      RawTensor want = expected.tensor("f.last_logits");
      Path out = run("gpt2", Map.of("input_ids", expected.tensor("f.input_ids")), false, device);
      try (Safetensors got = Safetensors.open(out)) {
        RawTensor logits = got.tensor("logits");
        long last = logits.info().byteSize() - want.info().byteSize();
        MemorySegment tail = logits.data().asSlice(last);
        for (int i = 0; i < want.info().elements(); i++) {
          double x = tail.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
          double w = want.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
          if (!(Math.abs(x - w) <= 1e-4 + 1e-4 * Math.abs(w))) {
            throw new AssertionError("last logits[" + i + "] " + x + ", reference " + w);
          }
        }
      }
    }
  }
}
