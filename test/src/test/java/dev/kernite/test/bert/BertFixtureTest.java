package dev.kernite.test.bert;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.Bert;
import dev.kernite.models.bert.BertFiles;
import dev.kernite.models.bert.BertForward;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import dev.kernite.test.models.ForwardCase;
import dev.kernite.test.models.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** BERT, RoBERTa and DistilBERT against Hugging Face transformers 4.27.4. */
@Tag("device")
class BertFixtureTest {
  private static final String LAYOUTS = "checkpoint-layouts/";

  @TempDir private Path temp;

  @ParameterizedTest
  @MethodSource("casesOnEachDevice")
  void forwardAndGradientsMatchTransformers(String model, String letter, Device device) {
    try (ForwardCase reference = ForwardCase.open(model, letter)) {
      reference.check(run(model, reference.values(), reference.grads(), device));
    }
  }

  static Stream<Arguments> casesOnEachDevice() {
    return Stream.of(
            "bert a", "bert b", "bert-classifier a", "roberta a", "roberta b", "distilbert a")
        .map(name -> name.split(" "))
        .flatMap(name -> Device.tested().stream().map(d -> Arguments.of(name[0], name[1], d)));
  }

  private Path run(String model, Map<String, RawTensor> values, boolean grads, Device device) {
    Path in = ForwardCase.writeInputs(values, temp);
    Path out = temp.resolve("out.safetensors");
    Use use = grads ? Use.TRAINING : Use.INFERENCE;
    try (Engine engine = device.engine(2);
        Bert loaded = BertFiles.load(engine, Reference.path(model), use)) {
      BertForward.run(loaded, in, out, grads, false);
    }
    return out;
  }

  @ParameterizedTest
  @CsvSource({"plain,true", "hub,true", "no-prefix,false"})
  void everyCheckpointLayoutGivesItsOutputs(String layout, boolean heads) {
    try (Safetensors expected =
        Safetensors.open(Reference.path(LAYOUTS + "bert_expected.safetensors"))) {
      Map<String, RawTensor> ids = Map.of("input_ids", expected.tensor("input_ids"));
      Path out = run(LAYOUTS + "bert-" + layout, ids, false, Device.any());
      List<String> names =
          heads
              ? List.of("last_hidden_state", "pooler_output", "prediction_logits")
              : List.of("last_hidden_state", "pooler_output");
      try (Safetensors got = Safetensors.open(out)) {
        for (String name : names) {
          Reference.requireClose(layout, got, expected.tensor(name), name, 1e-4, 1e-4, i -> true);
        }
      }
    }
  }
}
