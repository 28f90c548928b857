package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingRegistry;
import com.knuddels.jtokkit.api.EncodingType;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.TiktokenEncoding;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Rank files against jtokkit, which is another implementation and brings the files along. */
class TiktokenProperties {
  /** An encoding by both. */
  private record Both(Tokenizer ours, com.knuddels.jtokkit.api.Encoding theirs) {
    static Both of(TiktokenEncoding encoding, EncodingType type) {
      // Without special tokens: jtokkit's encodeOrdinary does not look for them.
      return new Both(
          Tokenizer.fromTiktoken(file(encoding.name()), encoding.withSpecialTokens(Map.of())),
          JTOKKIT.getEncoding(type));
    }

    void check(String text) {
      int[] expected = theirs.encodeOrdinary(text).toArray();
      assertArrayEquals(expected, ours.encodeToIds(text, false));
      assertArrayEquals(expected, ours.encode(text).ids());
      assertEquals(text, ours.decode(expected, false));
    }
  }

  private static final EncodingRegistry JTOKKIT = Encodings.newLazyEncodingRegistry();
  private static final Both R50K = Both.of(TiktokenEncoding.R50K_BASE, EncodingType.R50K_BASE);
  private static final Both P50K = Both.of(TiktokenEncoding.P50K_BASE, EncodingType.P50K_BASE);
  private static final Both CL100K =
      Both.of(TiktokenEncoding.CL100K_BASE, EncodingType.CL100K_BASE);
  private static final Both O200K = Both.of(TiktokenEncoding.O200K_BASE, EncodingType.O200K_BASE);

  /** A rank file out of jtokkit, in the temporary folder until the tests end. */
  static Path file(String encoding) {
    String name = encoding + ".tiktoken";
    try (InputStream in = Encodings.class.getResourceAsStream("/com/knuddels/jtokkit/" + name)) {
      Path folder = Files.createTempDirectory("tiktoken");
      Path file = folder.resolve(name);
      Files.copy(in, file);
      file.toFile().deleteOnExit();
      folder.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Provide
  Arbitrary<String> texts() {
    return Texts.any();
  }

  @Property(tries = 1000)
  void r50kAndP50kAsJtokkit(@ForAll("texts") String text) {
    R50K.check(text);
    P50K.check(text);
  }

  /**
   * jtokkit has the expression of tiktoken before 0.8, which cuts white space at the end of a text
   * after a line break, where the later one does not. The ids are the same, because no token of
   * cl100k_base goes on with spaces after a line break.
   */
  @Property(tries = 1000)
  void cl100kAsJtokkit(@ForAll("texts") String text, @ForAll("spaces") String end) {
    CL100K.check(text + end);
  }

  @Provide
  Arbitrary<String> spaces() {
    return Arbitraries.strings().withChars(" \n\r\t\u00A0").ofMaxLength(12);
  }

  @Property(tries = 1000)
  void o200kAsJtokkit(@ForAll("texts") String text) {
    O200K.check(text);
  }

  /** Words of any letters: mostly no token, so that merges are what is tested. */
  @Property(tries = 300)
  void longWordsAsJtokkit(@ForAll long seed) {
    StringBuilder word = new StringBuilder();
    new java.util.Random(seed)
        .ints(400, 'a', 'a' + 1 + (int) Math.floorMod(seed, 26L))
        .forEach(word::appendCodePoint);
    R50K.check(word.toString());
    CL100K.check(word.toString());
    O200K.check(word.toString());
  }

  @Example
  void theNameSaysTheEncoding() {
    Tokenizer tokenizer = Tokenizer.load(file("cl100k_base"));
    assertArrayEquals(
        new int[] {15339, 1917, 100257, 100276},
        tokenizer.encodeToIds("hello world<|endoftext|><|endofprompt|>", false));
    assertEquals(100261, tokenizer.vocabSize());
    assertEquals("<|fim_suffix|>", tokenizer.idToToken(100260));
    assertEquals("hello world", tokenizer.decode(new int[] {15339, 1917, 100257}, true));
  }

  @Example
  void r50kIsGpt2() {
    Tokenizer tokenizer = Tokenizer.load(file("r50k_base"));
    assertEquals(Fixtures.GPT2.vocabSize(), tokenizer.vocabSize());
    Fixtures.lines("gpt2/encode.jsonl")
        .forEach(
            line -> {
              Encoding encoding = tokenizer.encode(line.get("text").stringValue());
              assertArrayEquals(Fixtures.ints(line.get("ids")), encoding.ids());
              assertEquals(
                  line.get("offsets"),
                  Fixtures.JSON.<tools.jackson.databind.JsonNode>valueToTree(encoding.offsets()));
            });
  }

  @Property(tries = 300)
  void savedAsTokenizerJsonItEncodesAsBefore(@ForAll("texts") String text) {
    assertArrayEquals(R50K.ours.encodeToIds(text, false), Saved.R50K.encodeToIds(text, false));
    assertArrayEquals(CL100K.ours.encodeToIds(text, false), Saved.CL100K.encodeToIds(text, false));
  }

  /** Written and read back once. */
  private static final class Saved {
    static final Tokenizer R50K = of(TiktokenProperties.R50K.ours);
    static final Tokenizer CL100K = of(TiktokenProperties.CL100K.ours);

    private static Tokenizer of(Tokenizer tokenizer) {
      try {
        Path file = Files.createTempFile("tiktoken", ".json");
        file.toFile().deleteOnExit();
        tokenizer.save(file);
        return Tokenizer.load(file);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Property(tries = 200)
  void aBatchIsItsSingles(@ForAll("texts") String first, @ForAll("texts") String second) {
    List<int[]> batch = O200K.ours.encodeBatchToIds(List.of(first, second), false);
    assertArrayEquals(O200K.ours.encodeToIds(first, false), batch.get(0));
    assertArrayEquals(O200K.ours.encodeToIds(second, false), batch.get(1));
    assertArrayEquals(
        batch.get(0),
        O200K.ours.encodeBatch(List.of(Input.of(first)), EncodeOptions.PLAIN).get(0).ids());
  }

  @Example
  void pathologicalWordsTakeLittleTime() {
    for (String part : List.of("a", " ", "ab", "é", "!?", "\n", "漢", "'", "A", "aA", "\u0301")) {
      String text = part.repeat(100_000 / part.length());
      for (Both both : List.of(R50K, CL100K, O200K)) {
        int[] ids =
            assertTimeoutPreemptively(
                Duration.ofSeconds(30), () -> both.ours.encodeToIds(text, false));
        assertEquals(text, both.ours.decode(ids, false));
      }
    }
  }
}
