package dev.kernite.test.t5;

import dev.kernite.engine.Engine;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.t5.T5;
import dev.kernite.models.t5.T5Files;
import dev.kernite.models.t5.T5Forward;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.test.models.ForwardCase;
import dev.kernite.test.models.Reference;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** T5 v1.0 and v1.1 against Hugging Face transformers 4.27.4. */
@Tag("device")
class T5FixtureTest {
  private static final String LAYOUTS = "checkpoint-layouts/";

  @TempDir private Path temp;

  @ParameterizedTest
  @MethodSource("casesOnEachDevice")
  void forwardAndGradientsMatchTransformers(String model, Device device) {
    try (ForwardCase reference = ForwardCase.open(model, "a")) {
      Path in = ForwardCase.writeInputs(reference.values(), temp);
      reference.check(run(model, in, reference.grads(), device));
    }
  }

  static Stream<Arguments> casesOnEachDevice() {
    return Stream.of("t5-v1.0", "t5-v1.1")
        .flatMap(model -> Device.tested().stream().map(device -> Arguments.of(model, device)));
  }

  private Path run(String model, Path in, boolean grads, Device device) {
    Path out = temp.resolve("out.safetensors");
    Use use = grads ? Use.TRAINING : Use.INFERENCE;
    try (Engine engine = device.engine(2);
        T5 loaded = T5Files.load(engine, Reference.path(model), use)) {
      T5Forward.run(loaded, in, out, grads, false);
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "hub"})
  void everyCheckpointLayoutGivesItsLogits(String layout) {
    try (Safetensors expected =
        Safetensors.open(Reference.path(LAYOUTS + "t5_expected.safetensors"))) {
      Map<String, RawTensor> inputs =
          Map.of(
              "input_ids", expected.tensor("input_ids"),
              "decoder_input_ids", expected.tensor("decoder_input_ids"));
      Path in = ForwardCase.writeInputs(inputs, temp);
      Path out = run(LAYOUTS + "t5-" + layout, in, false, Device.any());
      try (Safetensors got = Safetensors.open(out)) {
        Reference.requireClose(
            layout, got, expected.tensor("logits"), "logits", 1e-4, 1e-4, i -> true);
      }
    }
  }

  /** The decoder is fed the labels behind the start token where it is not told what. */
  @ParameterizedTest
  @ValueSource(strings = {"t5-v1.0", "t5-v1.1"})
  void labelsStandForTheDecodersInput(String model) {
    try (ForwardCase reference = ForwardCase.open(model, "a")) {
      SafetensorsWriter writer = new SafetensorsWriter();
      for (String name : new String[] {"input_ids", "attention_mask", "labels"}) {
        RawTensor t = reference.values().get(name);
        writer.tensor(name, FileDtype.I64, t.data(), t.info().shape());
      }
      Path in = temp.resolve("labels.safetensors");
      writer.write(in);
      reference.check(run(model, in, true, Device.any()));
    }
  }
}
