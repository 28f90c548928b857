package dev.kernite.test.generation;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.test.devices.Device;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Every case of {@code generate} that transformers ran on two small T5s. */
@Tag("device")
final class T5GenerationFixtureTest {
  private static final List<Integer> END = List.of(1);

  static Stream<Arguments> cases() {
    return Stream.of("models/t5-v1.0/", "models/t5-v1.1/")
        .flatMap(
            folder ->
                FixtureFile.json(folder + "generation.json")
                    .get("cases")
                    .valueStream()
                    .flatMap(
                        node ->
                            Device.tested().stream()
                                .map(device -> Arguments.of(folder, node, device))));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void matchesTransformers(String folder, JsonNode node, Device device) {
    GenerationCase testCase = new GenerationCase(folder, node);
    int[][] sources = testCase.prompts();
    try (Engine engine = device.engine(2);
        TextModel model = TextModel.load(engine, FixtureFile.path(folder));
        DecodeSession session = model.session(sources)) {
      testCase.check(session, model.starts(sources), END);
    }
  }
}
