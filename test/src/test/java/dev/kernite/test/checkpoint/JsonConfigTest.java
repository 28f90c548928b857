package dev.kernite.test.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Typed values out of configurations, or an error that names file and key. */
class JsonConfigTest {
  @TempDir Path folder;

  @Test
  void aPublishedConfigurationIsRead() {
    JsonConfig config = JsonConfig.read(Layouts.path("gpt2-plain/config.json"));
    assertEquals("gpt2", config.string("model_type"));
    assertEquals(24, config.integer("n_embd", 1, 1 << 20));
    assertEquals(96, config.integer("n_inner", 1, 1 << 20, 96)); // null in the file
    assertEquals(1e-5, config.real("layer_norm_epsilon"));
    assertEquals(0.0, config.real("attn_pdrop", 0.1));
    assertTrue(config.bool("scale_attn_weights", false));
    assertTrue(config.bool("not_there", true));
    assertEquals(List.of("GPT2LMHeadModel"), config.strings("architectures"));
    assertEquals(List.of(60), config.integers("eos_token_id", 0, 60));
    assertFalse(config.has("n_inner"));
    assertNull(config.string("not_there", null));
  }

  @Test
  void listsMapsAndNestedObjectsAreRead() throws IOException {
    JsonConfig config =
        config(
            "{'eos_token_id':[1,2],'id2label':{'0':'NO','1':'YES'},'a':{'b':{'c':2.5}},'x':null}");
    assertEquals(List.of(1, 2), config.integers("eos_token_id", 0, 9));
    assertEquals(Map.of("0", "NO", "1", "YES"), config.stringMap("id2label"));
    assertEquals(2.5, config.object("a").object("b").real("c"));
    assertEquals(List.of(), config.integers("x", 0, 9));
    assertEquals(List.of(), config.strings("x"));
    assertEquals(Map.of(), config.stringMap("x"));
    assertEquals(List.of("eos_token_id", "id2label", "a", "x"), List.copyOf(config.keys()));
  }

  @Test
  void wrongValuesAreNamedWithFileAndKey() throws IOException {
    String json = "{'s':'x','i':3,'r':1.5,'big':1e999,'o':{'k':[]},'l':[1,'2'],'n':null}";
    assertWrong(json, c -> c.integer("n_embd", 1, 9), "lacks 'n_embd' (an integer)");
    assertWrong(json, c -> c.integer("n", 1, 9), "lacks 'n'");
    assertWrong(json, c -> c.integer("s", 1, 9), "'s' must be an integer, found \"x\"");
    assertWrong(json, c -> c.integer("r", 1, 9), "'r' must be an integer, found 1.5");
    assertWrong(json, c -> c.integer("i", 4, 9), "'i' must be from 4 to 9, found 3");
    assertWrong(json, c -> c.integer("i", 4, Integer.MAX_VALUE, 5), "'i' must be at least 4");
    assertWrong(json, c -> c.real("s"), "'s' must be a finite number");
    assertWrong(json, c -> c.real("big", 0), "'big' must be a finite number");
    assertWrong(json, c -> c.bool("i", true), "'i' must be true or false, found 3");
    assertWrong(json, c -> c.string("i"), "'i' must be a string, found 3");
    assertWrong(json, c -> c.strings("s"), "'s' must be a list of strings");
    assertWrong(json, c -> c.strings("l"), "'l' must be a string, found 1");
    assertWrong(json, c -> c.integers("l", 0, 9), "'l' must be an integer, found \"2\"");
    assertWrong(json, c -> c.object("o").string("k"), "'o.k' must be a string, found []");
    assertWrong(json, c -> c.object("i"), "'i' must be an object, found 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'a':1,'a':2}   | Duplicate
          {'a':1} {}      | not valid JSON
          {'a':1          | not valid JSON at line 1
          [1]             | must hold a JSON object
          ``              | must hold a JSON object
          {'a':NaN}       | not valid JSON
          """)
  void brokenFilesAreRefused(String json, String why) throws IOException {
    ModelException e = assertThrows(ModelException.class, () -> config(json));
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void deepNestingAndMissingFilesAreRefused() throws IOException {
    ModelException deep =
        assertThrows(ModelException.class, () -> config("{'a':" + "[".repeat(100_000)));
    assertTrue(deep.getMessage().contains("not valid JSON"), deep.getMessage());
    Path absent = folder.resolve("absent.json");
    ModelException missing = assertThrows(ModelException.class, () -> JsonConfig.read(absent));
    assertEquals(absent + ": no such file; check the path", missing.getMessage());
  }

  private void assertWrong(String json, Function<JsonConfig, Object> get, String why)
      throws IOException {
    JsonConfig config = config(json);
    ModelException e = assertThrows(ModelException.class, () -> get.apply(config));
    assertTrue(e.getMessage().startsWith(config.file() + ": " + why), e.getMessage());
  }

  private JsonConfig config(String json) throws IOException {
    return JsonConfig.read(
        Files.writeString(folder.resolve("config.json"), json.replace('\'', '"')));
  }
}
