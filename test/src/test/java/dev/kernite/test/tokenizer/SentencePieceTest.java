package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.sentencepiece.SpTokenizer;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.Truncation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import tools.jackson.databind.JsonNode;

/** SentencePiece models, read from their files, against SentencePiece 0.1.97 itself. */
class SentencePieceTest {
  /** A model by both. */
  private record Both(Tokenizer ours, SpTokenizer theirs) {
    static Both open(Path file) {
      System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
      try {
        return new Both(Tokenizer.load(file), new SpTokenizer(file));
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    void check(String text) {
      int[] ids = theirs.getProcessor().encode(text);
      Encoding mine = ours.encode(text);
      assertArrayEquals(ids, mine.ids(), "ids");
      assertArrayEquals(ids, ours.encodeToIds(text, true), "ids alone");
      assertEquals(List.of(theirs.getProcessor().tokenize(text)), mine.tokens(), "pieces");
      String decoded = ours.decode(ids, false);
      // The binding makes characters beyond U+FFFF of a decoded text into something else.
      if (decoded.codePoints().allMatch(Character::isBmpCodePoint)) {
        assertEquals(theirs.getProcessor().decode(ids), decoded, "decoded");
      }
    }
  }

  private static final Path T5 = Fixtures.folder("unigram").resolve("spiece.model");
  private static final Path BPE = Fixtures.folder("sentencepiece").resolve("bpe-de.model");
  private static final Both SMALL_UNIGRAM = Both.open(T5);
  private static final Both UNIGRAM_OF_ENGLISH =
      Both.open(Fixtures.folder("sentencepiece").resolve("unigram-en.model"));
  private static final Both BPE_OF_GERMAN = Both.open(BPE);

  @Provide
  Arbitrary<String> texts() {
    return Texts.many();
  }

  @Property(tries = 3000)
  void cutsAsSentencePiece(@ForAll("texts") String text) {
    check(text);
  }

  @Tag("slow")
  @Property(tries = 100_000)
  void manyCutAsSentencePiece(@ForAll("texts") String text) {
    check(text);
  }

  private static void check(String text) {
    // A zero ends the text for the binding, not for SentencePiece.
    String whole = text.replace("\0", "");
    SMALL_UNIGRAM.check(whole);
    UNIGRAM_OF_ENGLISH.check(whole);
    BPE_OF_GERMAN.check(whole);
  }

  @Example
  void longTextsToo() {
    String text = "Die Übersetzung wuchs, and the lazy dog grew older; 3.14 times. ".repeat(500);
    check(text);
    check(text.replace(" ", ""));
    check(" ".repeat(5000) + "é".repeat(5000));
  }

  @Example
  void everyReferenceLine() {
    for (JsonNode line : Fixtures.lines("unigram/sentencepiece_encode.jsonl")) {
      Encoding encoding = SMALL_UNIGRAM.ours.encode(line.get("text").stringValue());
      assertArrayEquals(Fixtures.ints(line.get("ids")), encoding.ids());
      List<String> pieces = new ArrayList<>();
      line.get("pieces").forEach(piece -> pieces.add(piece.stringValue()));
      assertEquals(pieces, encoding.tokens());
      assertEquals(
          line.get("decoded").stringValue(), SMALL_UNIGRAM.ours.decode(encoding.ids(), false));
    }
  }

  @Example
  void offsetsAreOfTheTextAsItWasGiven() {
    Encoding encoding = UNIGRAM_OF_ENGLISH.ours.encode("  state  of\tﬁne");
    assertEquals("[▁state, ▁of, ▁fine]", encoding.tokens().toString());
    assertEquals("[[2, 7], [7, 11], [11, 15]]", Arrays.deepToString(encoding.offsets()));
  }

  @Example
  void aFolderWithAModelIsReadByIt() throws IOException {
    Path folder = Files.createTempDirectory("kernite");
    Path model = Files.copy(BPE, folder.resolve("any.model"));
    int[] ids = BPE_OF_GERMAN.ours.encodeToIds("Straßenbahn", true);
    assertArrayEquals(ids, Tokenizer.load(folder).encodeToIds("Straßenbahn", true));
    Files.copy(T5, folder.resolve("spiece.model"));
    assertEquals(1000, Tokenizer.load(folder).vocabSize());
    Files.move(folder.resolve("spiece.model"), folder.resolve("b.model"));
    String message =
        assertThrows(TokenizerException.class, () -> Tokenizer.load(folder)).getMessage();
    assertTrue(message.contains("any.model, b.model"), message);
    Files.delete(model);
    Files.delete(folder.resolve("b.model"));
    Files.delete(folder);
  }

  @Example
  void windowsAndPairsWorkWithoutSpecialTokens() {
    EncodeOptions options = EncodeOptions.PLAIN.truncation(Truncation.to(4).stride(1));
    Encoding encoding =
        UNIGRAM_OF_ENGLISH.ours.encode(Input.of("the lazy dog ".repeat(5)), options);
    assertEquals(4, encoding.length());
    assertTrue(encoding.overflowing().size() > 2);
    assertEquals(2, UNIGRAM_OF_ENGLISH.ours.encode("the", "the").length());
  }

  @Example
  void aModelCannotBeSavedAsTokenizerJson() {
    Path file = Path.of("target", "none.json");
    String message =
        assertThrows(TokenizerException.class, () -> SMALL_UNIGRAM.ours.save(file)).getMessage();
    assertTrue(message.contains("SentencePiece"), message);
    assertTrue(Files.notExists(file));
  }
}
