package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Padding;
import dev.kernite.tokenizer.Side;
import dev.kernite.tokenizer.StreamingDecoder;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.Truncation;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every text. */
class RoundTripProperties {
  @Provide
  Arbitrary<String> texts() {
    return Texts.any();
  }

  @Provide
  Arbitrary<Tokenizer> tokenizers() {
    return Arbitraries.of(Fixtures.GPT2, Fixtures.BPE);
  }

  @Provide
  Arbitrary<int[]> ids() {
    return Arbitraries.integers().between(0, 50300).array(int[].class).ofMaxSize(30);
  }

  @Property
  void decodingUndoesEncoding(
      @ForAll("tokenizers") Tokenizer tokenizer, @ForAll("texts") String text) {
    int[] ids = tokenizer.encodeToIds(text, false);
    // <mask> takes the spaces on its left, for good.
    String decoded = tokenizer == Fixtures.BPE ? text.replaceAll("(?U)\\s+<mask>", "<mask>") : text;
    assertEquals(decoded, tokenizer.decode(ids, false));
    assertArrayEquals(
        ids, tokenizer.encode(Input.of(text), EncodeOptions.PLAIN.addSpecialTokens(false)).ids());
  }

  /** GPT-2 does not trim: each code point is in a token, and tokens are in order. */
  @Property
  void offsetsCoverTheText(@ForAll("texts") String text) {
    int[][] offsets = Fixtures.GPT2.encode(text).offsets();
    int covered = 0;
    for (int[] offset : offsets) {
      assertTrue(offset[0] <= covered && offset[0] < offset[1], Arrays.deepToString(offsets));
      assertTrue(offset[1] >= covered, Arrays.deepToString(offsets));
      covered = offset[1];
    }
    assertEquals(text.codePointCount(0, text.length()), covered);
  }

  @Property
  void streamingGivesWhatDecodingGives(@ForAll("ids") int[] ids, @ForAll boolean skipSpecial) {
    assertEquals(Fixtures.GPT2.decode(ids, skipSpecial), streamed(Fixtures.GPT2, ids, skipSpecial));
  }

  @Property
  void streamingATextGivesTheText(@ForAll("texts") String text) {
    int[] ids = Fixtures.GPT2.encodeToIds(text, false);
    assertEquals(text, streamed(Fixtures.GPT2, ids, false));
  }

  private static String streamed(Tokenizer tokenizer, int[] ids, boolean skipSpecial) {
    StreamingDecoder decoder = tokenizer.streamingDecoder(skipSpecial);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.push(id));
    }
    return text.append(decoder.flush()).toString();
  }

  @Example
  void streamingHoldsBackHalfACharacter() {
    int[] ids = Fixtures.GPT2.encodeToIds("😺", false);
    assertEquals(2, ids.length);
    StreamingDecoder decoder = Fixtures.GPT2.streamingDecoder(false);
    assertEquals("", decoder.push(ids[0]));
    assertEquals("😺", decoder.push(ids[1]));
    assertEquals("", decoder.push(ids[0]));
    assertEquals("\uFFFD", decoder.flush());
    assertEquals("", decoder.flush());
  }

  @Property(tries = 100)
  void aBatchGivesWhatItsInputsGive(
      @ForAll("tokenizers") Tokenizer tokenizer,
      @ForAll("batches") List<String> texts,
      @ForAll @IntRange(min = 4, max = 20) int maxLength) {
    EncodeOptions options = EncodeOptions.PLAIN.truncation(Truncation.to(maxLength));
    List<Encoding> batch = tokenizer.encodeBatch(texts.stream().map(Input::of).toList(), options);
    assertEquals(texts.size(), batch.size());
    for (int i = 0; i < texts.size(); i++) {
      Encoding single = tokenizer.encode(Input.of(texts.get(i)), options);
      assertArrayEquals(single.ids(), batch.get(i).ids());
      assertArrayEquals(single.offsets(), batch.get(i).offsets());
      assertEquals(single.overflowing().size(), batch.get(i).overflowing().size());
    }
  }

  @Example
  void ofABatchTheFirstFailureIsTold() {
    EncodeOptions options =
        EncodeOptions.PLAIN.truncation(Truncation.to(3).strategy(Truncation.Strategy.ONLY_SECOND));
    List<Input> inputs = new java.util.ArrayList<>();
    for (int i = 0; i < 50; i++) {
      inputs.add(i < 7 ? Input.of("a") : new Input("a b c d e f " + i, "x"));
    }
    TokenizerException e =
        assertThrows(TokenizerException.class, () -> Fixtures.GPT2.encodeBatch(inputs, options));
    assertTrue(e.getMessage().startsWith("input 8 of 50: sequence to truncate"), e.getMessage());
  }

  @Property(tries = 100)
  void paddingFillsUpToOneLength(
      @ForAll("batches") List<String> texts,
      @ForAll Side side,
      @ForAll @IntRange(min = 0, max = 9) int multiple) {
    List<Input> inputs = texts.stream().map(Input::of).toList();
    Padding padding = Padding.longest().side(side).multipleOf(multiple);
    List<Encoding> padded = Fixtures.BPE.encodeBatch(inputs, EncodeOptions.PLAIN.padding(padding));
    List<Encoding> plain = Fixtures.BPE.encodeBatch(inputs, EncodeOptions.PLAIN);
    int longest = plain.stream().mapToInt(Encoding::length).max().orElse(0);
    for (int i = 0; i < padded.size(); i++) {
      Encoding filled = padded.get(i);
      int own = plain.get(i).length();
      int fill = filled.length() - own;
      assertTrue(filled.length() >= longest);
      assertTrue(filled.length() < longest + Math.max(multiple, 1));
      assertEquals(0, filled.length() % Math.max(multiple, 1));
      int from = side == Side.LEFT ? fill : 0;
      assertArrayEquals(plain.get(i).ids(), Arrays.copyOfRange(filled.ids(), from, from + own));
      for (int t = 0; t < filled.length(); t++) {
        boolean isPadding = t < from || t >= from + own;
        assertEquals(isPadding ? 0 : 1, filled.attentionMask()[t]);
        if (isPadding) {
          assertEquals(1, filled.ids()[t]);
          assertEquals("<pad>", filled.tokens().get(t));
          assertEquals(1, filled.specialTokensMask()[t]);
          assertEquals(-1, filled.sequenceIds()[t]);
          assertEquals(null, filled.offsets()[t]);
        }
      }
    }
  }

  /** Windows without overlap are the text, cut from the left or from the right. */
  @Property(tries = 300)
  void windowsTogetherAreTheText(
      @ForAll("texts") String text,
      @ForAll Side side,
      @ForAll @IntRange(min = 1, max = 9) int length,
      @ForAll @IntRange(min = 0, max = 8) int stride) {
    int overlap = Math.min(stride, length - 1);
    Truncation truncation = Truncation.to(length).stride(overlap).side(side);
    Encoding first =
        Fixtures.GPT2.encode(Input.of(text), EncodeOptions.PLAIN.truncation(truncation));
    int[] whole = Fixtures.GPT2.encodeToIds(text, false);
    List<int[]> windows = new java.util.ArrayList<>(List.of(first.ids()));
    first.overflowing().forEach(window -> windows.add(window.ids()));
    for (int w = 0; w < windows.size(); w++) {
      int[] window = windows.get(w);
      int near = w * (length - overlap);
      int far = Math.min(near + length, whole.length);
      int[] expected =
          side == Side.RIGHT
              ? Arrays.copyOfRange(whole, near, far)
              : Arrays.copyOfRange(whole, whole.length - far, whole.length - near);
      assertArrayEquals(expected, window);
      assertEquals(w == windows.size() - 1, far == whole.length);
    }
  }

  @Provide
  Arbitrary<List<String>> batches() {
    return Texts.any().list().ofMaxSize(20);
  }

  @Example
  void aLoneSurrogateCountsAsReplacementCharacter() {
    for (String text : List.of("a\uD83D", "\uDE3Aa", "a\uD83Da\uDE3A")) {
      String replaced = text.replaceAll("[\\uD83D\\uDE3A]", "\uFFFD");
      assertArrayEquals(
          Fixtures.GPT2.encode(replaced).ids(), Fixtures.GPT2.encode(text).ids(), replaced);
    }
  }
}
