package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A vocab.txt and what lies beside it. */
class BertFilesTest {
  private static final List<String> SMALL =
      List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##b", "A", "é", "e", "中");

  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    write("vocab.txt", String.join("\n", SMALL) + "\n");
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  private List<String> tokens(String text) {
    return Tokenizer.load(folder).encode(text).tokens();
  }

  @Test
  void isThePublishedTokenizer() throws IOException {
    write(
        "vocab.txt",
        String.join(
            "\n",
            IntStream.range(0, Fixtures.BERT.vocabSize())
                .mapToObj(Fixtures.BERT::idToToken)
                .toList()));
    Tokenizer tokenizer = Tokenizer.load(folder);
    assertEquals(Fixtures.BERT.vocabSize(), tokenizer.vocabSize());
    for (JsonNode line : Fixtures.lines("bert/encode.jsonl")) {
      Encoding encoding = tokenizer.encode(line.get("text").stringValue());
      assertArrayEquals(Fixtures.ints(line.get("ids")), encoding.ids());
      assertEquals(line.get("decoded").stringValue(), tokenizer.decode(encoding.ids(), false));
    }
    for (JsonNode line : Fixtures.lines("bert/encode_pairs.jsonl")) {
      Encoding encoding =
          tokenizer.encode(line.get("text").stringValue(), line.get("pair").stringValue());
      assertArrayEquals(Fixtures.ints(line.get("ids")), encoding.ids());
      assertArrayEquals(Fixtures.ints(line.get("type_ids")), encoding.typeIds());
    }
  }

  @Test
  void writesSmallLettersUnlessToldNotTo() throws IOException {
    assertEquals(List.of("[CLS]", "a", "e", "[MASK]", "[SEP]"), tokens("A É[MASK]"));
    write("tokenizer_config.json", "{\"do_lower_case\": false}");
    assertEquals(List.of("[CLS]", "A", "é", "[SEP]"), tokens("A é"));
    write("tokenizer_config.json", "{\"do_lower_case\": true, \"strip_accents\": false}");
    assertEquals(List.of("[CLS]", "a", "é", "[SEP]"), tokens("A é"));
  }

  @Test
  void ideographsStayTogetherWhenTold() throws IOException {
    assertEquals(List.of("[CLS]", "a", "中", "b", "[SEP]"), tokens("a中b"));
    write("tokenizer_config.json", "{\"tokenize_chinese_chars\": false}");
    assertEquals(List.of("[CLS]", "[UNK]", "[SEP]"), tokens("a中b"));
  }

  @Test
  void specialTokensHaveTheNamesThatTheConfigGives() throws IOException {
    write("special_tokens_map.json", "{\"cls_token\": \"a\", \"sep_token\": {\"content\": \"e\"}}");
    assertEquals(List.of("a", "b", "e"), tokens("b"));
    write("tokenizer_config.json", "{\"cls_token\": \"b\", \"sep_token\": \"nowhere\"}");
    String message = assertThrows(TokenizerException.class, () -> tokens("b")).getMessage();
    assertTrue(message.contains("vocab.txt") && message.contains("nowhere"), message);
  }

  @Test
  void addedTokensFollowTheVocabulary() throws IOException {
    write("added_tokens.json", "{\"xyz\": 12}");
    Tokenizer tokenizer = Tokenizer.load(folder);
    assertArrayEquals(new int[] {5, 12, 6}, tokenizer.encodeToIds("a xyz b", false));
    assertEquals(13, tokenizer.vocabSize());
  }

  @Test
  void aConfigOfWrongTypesIsNamed() throws IOException {
    for (String wrong : List.of("[]", "{\"do_lower_case\": 3}", "{\"cls_token\": 1}", "{")) {
      write("tokenizer_config.json", wrong);
      String message = assertThrows(TokenizerException.class, () -> tokens("b")).getMessage();
      assertTrue(message.contains("tokenizer_config.json"), message);
    }
  }
}
