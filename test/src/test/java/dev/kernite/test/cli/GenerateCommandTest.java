package dev.kernite.test.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code kernite generate} against transformers' sequences, and its options. */
final class GenerateCommandTest {
  private static final Path GPT2 = Path.of("src/test/resources/fixtures/models/gpt2");
  private static final List<String> PROMPT = List.of("--ids", "240,70,482,202,326,334");

  static Stream<JsonNode> cases() {
    return new JsonMapper().readTree(GPT2.resolve("generation.json")).get("cases").valueStream();
  }

  /** Rows do not influence each other: every row of a batch alone, without its padding. */
  @ParameterizedTest
  @MethodSource("cases")
  void eachRowMatchesTransformers(JsonNode testCase) {
    JsonNode kwargs = testCase.get("kwargs");
    JsonNode expected =
        (testCase.has("newer_convention") ? testCase.get("newer_convention") : testCase)
            .get("sequences");
    int perPrompt = kwargs.path("num_return_sequences").asInt(1);
    int rows = testCase.get("input_ids").size();
    for (int r = 0; r < rows; r++) {
      List<Integer> prompt = ints(testCase.get("input_ids").get(r));
      List<Integer> mask = ints(testCase.get("attention_mask").get(r));
      int padding = mask.indexOf(1);
      List<String> args = new ArrayList<>(List.of("--ids"));
      args.add(
          prompt.subList(padding, prompt.size()).stream()
              .map(String::valueOf)
              .collect(Collectors.joining(",")));
      args.addAll(options(kwargs));
      JsonNode sequences = generate(args).get("sequences");
      assertEquals(perPrompt, sequences.size());
      for (int i = 0; i < perPrompt; i++) {
        List<Integer> want = ints(expected.get(r * perPrompt + i));
        List<Integer> got = ints(sequences.get(i).get("ids"));
        assertEquals(want.subList(padding, padding + got.size()), got);
        // What is left of a row after its end token is padding.
        int pad = kwargs.get("pad_token_id").asInt();
        assertTrue(
            want.subList(padding + got.size(), want.size()).stream().allMatch(t -> t == pad));
        boolean full = got.size() == prompt.size() - padding + kwargs.get("max_new_tokens").asInt();
        String reason = sequences.get(i).get("finish_reason").asString();
        assertTrue(full || reason.equals("stop"), reason);
      }
    }
  }

  private static List<String> options(JsonNode kwargs) {
    List<String> options = new ArrayList<>();
    for (String name : kwargs.propertyNames()) {
      JsonNode value = kwargs.get(name);
      switch (name) {
        case "do_sample" -> assertEquals(false, value.asBoolean());
        case "early_stopping" ->
            options.add("--early-stopping" + (value.asBoolean() ? "" : "=" + value.asString()));
        case "eos_token_id" ->
            options.addAll(List.of("--eos", value.isNull() ? "none" : value.asString()));
        case "pad_token_id" -> options.addAll(List.of("--pad", value.asString()));
        default -> options.addAll(List.of("--" + name.replace('_', '-'), value.asString()));
      }
    }
    return options;
  }

  private static JsonNode generate(List<String> args) {
    List<String> all = new ArrayList<>(List.of("generate", "--json", "--model", GPT2.toString()));
    all.addAll(args);
    Kernite run = Kernite.run(all.toArray(String[]::new));
    assertEquals(0, run.code(), run.err());
    return new JsonMapper().readTree(run.out());
  }

  private static JsonNode generateAfterPrompt(String... args) {
    return generate(Stream.concat(PROMPT.stream(), Arrays.stream(args)).toList());
  }

  private static List<Integer> ints(JsonNode array) {
    return IntStream.range(0, array.size()).mapToObj(i -> array.get(i).asInt()).toList();
  }

  @Test
  void withoutATokenizerTheTextIsNull() {
    JsonNode json = generateAfterPrompt("--max-new-tokens", "3");
    assertEquals(List.of(240, 70, 482, 202, 326, 334), ints(json.get("prompt_ids")));
    assertTrue(json.get("sequences").get(0).get("text").isNull());
    assertEquals("length", json.get("sequences").get(0).get("finish_reason").asString());
    assertTrue(json.get("tokens_per_second").asDouble() > 0);
  }

  @Test
  void aSamplingOptionSamplesAndTheSeedDecides() {
    String[] args = {"--max-new-tokens", "12", "--temperature", "1.5", "--eos", "none", "--seed"};
    JsonNode one = ids(args, "1");
    assertEquals(one, ids(args, "1"));
    assertNotEquals(one, ids(args, "2"));
    JsonNode greedy = generateAfterPrompt("--max-new-tokens", "12", "--eos", "none");
    String[] forced = {"--greedy", "--top-p", "0.9", "--max-new-tokens", "12", "--eos", "none"};
    assertEquals(
        greedy.get("sequences").get(0).get("ids"),
        generateAfterPrompt(forced).get("sequences").get(0).get("ids"));
    assertNotEquals(greedy.get("sequences").get(0).get("ids"), one);
  }

  private static JsonNode ids(String[] args, String seed) {
    String[] all = Arrays.copyOf(args, args.length + 1);
    all[args.length] = seed;
    return generateAfterPrompt(all).get("sequences").get(0).get("ids");
  }

  @Test
  void earlyStoppingTakesAValueOrNone() {
    String options = "--num-beams 3 --length-penalty 2 --eos 484 --max-new-tokens 20";
    Map<List<String>, JsonNode> results = new LinkedHashMap<>();
    for (List<String> form :
        List.of(
            List.of("--early-stopping"),
            List.of("--early-stopping=true"),
            List.of("--early-stopping", "true"),
            List.of("--early-stopping", "--seed", "3"), // the next option is no value
            List.of("--early-stopping=never"),
            List.of("--early-stopping", "never"))) {
      List<String> args = new ArrayList<>(PROMPT);
      args.addAll(List.of(options.split(" ")));
      args.addAll(form);
      results.put(form, generate(args).get("sequences").get(0).get("ids"));
    }
    List<JsonNode> ids = List.copyOf(results.values());
    for (int i = 1; i < 4; i++) {
      assertEquals(ids.getFirst(), ids.get(i), results.toString());
    }
    assertEquals(ids.get(4), ids.get(5));
    assertNotEquals(ids.get(0), ids.get(4), "at once and never must differ for this to tell them");
  }

  @Test
  void aWordThatIsNoValueOfEarlyStoppingIsLeftAlone() {
    String[] args = {"generate", "--model", GPT2.toString(), "--early-stopping", "maybe"};
    Kernite spaced = Kernite.run(args);
    assertEquals(2, spaced.code());
    assertTrue(spaced.err().contains("nmatched argument"), spaced.err());
    args[4] = "--prompt=x";
    args[3] = "--early-stopping=maybe";
    Kernite attached = Kernite.run(args);
    assertEquals(2, attached.code());
    assertTrue(attached.err().contains("true, false or never"), attached.err());
  }

  @Test
  void theContextLimitEndsASequence() {
    JsonNode sequence =
        generateAfterPrompt("--max-new-tokens", "500", "--eos", "none").get("sequences").get(0);
    assertEquals(64, sequence.get("ids").size());
    assertEquals("length", sequence.get("finish_reason").asString());
  }

  @Test
  void anOptionOutOfRangeIsNamedOnOneLine() {
    for (List<String> bad :
        List.of(
            List.of("--temperature", "0", "temperature"),
            List.of("--top-p", "2", "top-p"),
            List.of("--num-return-sequences", "2", "num-return-sequences"),
            List.of("--num-beams", "0", "num-beams"),
            List.of("--max-length", "6", "max-length"),
            List.of("--pad", "512", "pad token"))) {
      List<String> args =
          new ArrayList<>(List.of("generate", "--json", "--model", GPT2.toString()));
      args.addAll(PROMPT);
      args.addAll(bad.subList(0, 2));
      Kernite run = Kernite.run(args.toArray(String[]::new));
      assertNotEquals(0, run.code());
      assertEquals("", run.out());
      assertTrue(run.err().startsWith("error: ") && run.err().contains(bad.get(2)), run.err());
      assertEquals(1, run.err().strip().lines().count(), run.err());
    }
  }
}
