package dev.kernite.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code generate --json} says of a sequence that Ctrl-C cut short. */
final class GenerateJsonTest {
  private static final Path GPT2 = Path.of("src/test/resources/fixtures/models/gpt2");
  private static final int[] PROMPT = {240, 70, 482};

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aCancelledSequenceIsMarked(int beams) {
    JsonNode cut = sequence(beams, 4);
    assertTrue(cut.get("ids").size() < PROMPT.length + 20, cut::toString);
    assertEquals("length", cut.get("finish_reason").asString());
    assertTrue(cut.get("cancelled").booleanValue(), cut::toString);
    JsonNode whole = sequence(beams, 1000);
    assertEquals(PROMPT.length + 20, whole.get("ids").size());
    assertFalse(whole.has("cancelled"), whole::toString);
  }

  /** Generates 20 tokens, unless it is asked often enough whether to go on. */
  private static JsonNode sequence(int beams, int polls) {
    AtomicInteger polled = new AtomicInteger();
    try (Engine engine = Engine.open();
        TextModel model = TextModel.load(engine, GPT2);
        DecodeSession session = model.session()) {
      GenerationResult result =
          new Generator(session)
              .cancelWhen(() -> polled.incrementAndGet() > polls)
              .generate(
                  model.options().numBeams(beams).endTokens(List.of()).maxNewTokens(20).build(),
                  new int[][] {PROMPT});
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
      GenerateCommand.json(model, PROMPT, result, 1).print(stream);
      return new JsonMapper().readTree(out.toByteArray()).get("sequences").get(0);
    }
  }
}
