package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.StreamingDecoder;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Every part of a tokenizer, in random combinations, against the tokenizers library. */
class PartsReferenceTest {
  private static final List<JsonNode> LINES = Fixtures.lines("parts/cases.jsonl");
  private static final JsonNode MODELS = Fixtures.lines("parts/models.json").get(0);

  @TempDir Path folder;

  static IntStream tokenizers() {
    return IntStream.range(0, LINES.size());
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void agreesWithTheLibrary(int number) throws IOException {
    JsonNode line = LINES.get(number);
    ObjectNode json = line.get("tokenizer").deepCopy().asObject();
    json.put("version", "1.0");
    json.set("model", MODELS.get(line.get("model").stringValue()));
    Path file = Files.writeString(folder.resolve("tokenizer.json"), json.toString());
    Tokenizer tokenizer = Tokenizer.load(file);
    tokenizer.save(folder.resolve("saved.json"));
    Tokenizer saved = Tokenizer.load(folder.resolve("saved.json"));
    for (JsonNode one : line.get("cases")) {
      check(tokenizer, one, json);
      check(saved, one, json);
    }
  }

  private static void check(Tokenizer tokenizer, JsonNode expected, ObjectNode json) {
    Input input =
        new Input(
            expected.get("text").stringValue(),
            expected.has("pair") ? expected.get("pair").stringValue() : null);
    EncodeOptions options =
        tokenizer.pipeline().options().addSpecialTokens(expected.get("special").booleanValue());
    if (expected.has("error")) {
      TokenizerException e =
          assertThrows(TokenizerException.class, () -> tokenizer.encode(input, options));
      assertTrue(e.getMessage().contains(expected.get("error").stringValue()), e.getMessage());
      return;
    }
    String where = input + " with " + json.without("model");
    Encoding encoding = tokenizer.encode(input, options);
    check("ids", expected, encoding.ids(), where);
    check("tokens", expected, encoding.tokens(), where);
    check("offsets", expected, encoding.offsets(), where);
    check("type_ids", expected, encoding.typeIds(), where);
    check("special_tokens_mask", expected, encoding.specialTokensMask(), where);
    check("attention_mask", expected, encoding.attentionMask(), where);
    check("sequence_ids", expected, encoding.sequenceIds(), where);
    if (expected.has("overflowing")) {
      assertEquals(expected.get("overflowing").size(), encoding.overflowing().size(), where);
      for (int i = 0; i < encoding.overflowing().size(); i++) {
        JsonNode window = expected.get("overflowing").get(i);
        check("ids", window, encoding.overflowing().get(i).ids(), where);
        check("offsets", window, encoding.overflowing().get(i).offsets(), where);
        check("type_ids", window, encoding.overflowing().get(i).typeIds(), where);
      }
    }
    check("decoded", expected, tokenizer.decode(encoding.ids(), false), where);
    check("decoded_skip_special", expected, tokenizer.decode(encoding.ids(), true), where);
    StreamingDecoder decoder = tokenizer.streamingDecoder(false);
    StringBuilder streamed = new StringBuilder();
    for (int id : encoding.ids()) {
      streamed.append(decoder.push(id));
    }
    check("decoded", expected, streamed.append(decoder.flush()).toString(), where);
  }

  private static void check(String name, JsonNode expected, Object actual, String where) {
    if (expected.has(name)) {
      assertEquals(
          expected.get(name), Fixtures.JSON.valueToTree(actual), () -> name + " of " + where);
    }
  }
}
