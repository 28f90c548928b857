package dev.kernite.test.generation;

import dev.kernite.engine.Engine;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Files;
import dev.kernite.models.weights.Use;
import dev.kernite.test.devices.Device;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Every case of {@code generate} that transformers ran on a small GPT-2, tokens exactly and scores
 * closely; of the two conventions for the length in a beam's score, the newer one.
 */
@Tag("device")
final class Gpt2GenerationFixtureTest {
  private static final String FOLDER = "models/gpt2/";

  static Stream<JsonNode> cases() {
    return FixtureFile.json(FOLDER + "generation.json").get("cases").valueStream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void strategiesMatchTransformersOnANaiveModel(JsonNode testCase) {
    check(testCase, new NaiveGpt2("models/gpt2").session());
  }

  @ParameterizedTest
  @MethodSource("casesOnEachDevice")
  void theEnginesModelMatchesTransformers(JsonNode testCase, Device device) {
    try (Engine engine = device.engine(2);
        Gpt2 model = Gpt2Files.load(engine, FixtureFile.path("models/gpt2"), Use.INFERENCE);
        DecodeSession session = model.session()) {
      check(testCase, session);
    }
  }

  static Stream<Arguments> casesOnEachDevice() {
    return cases()
        .flatMap(
            testCase -> Device.tested().stream().map(device -> Arguments.of(testCase, device)));
  }

  private static void check(JsonNode node, DecodeSession session) {
    GenerationCase testCase = new GenerationCase(FOLDER, node);
    testCase.check(session, testCase.prompts(), List.of(511)); // the end token of config.json
  }
}
