package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A tokenizer by this project and by the tokenizers library of Hugging Face (0.21.0, Rust) at once.
 * The natives come out of the library's own jar into target/djl; nothing is fetched.
 */
final class HfLibrary {
  static {
    System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private final Tokenizer ours;
  private final HuggingFaceTokenizer theirs;

  private HfLibrary(Tokenizer ours, Path json) {
    this.ours = ours;
    try {
      theirs =
          HuggingFaceTokenizer.builder()
              .optTokenizerPath(json)
              .optTruncation(false)
              .optPadding(false)
              .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens a {@code tokenizer.json} with both. */
  static HfLibrary open(Path json) {
    return new HfLibrary(Tokenizer.load(json), json);
  }

  /** Opens one of our tokenizers with the library too, by way of a file. */
  static HfLibrary open(Tokenizer tokenizer) {
    try {
      Path json = Files.createTempFile("kernite", "tokenizer.json");
      try {
        tokenizer.save(json);
        return new HfLibrary(tokenizer, json);
      } finally {
        Files.delete(json);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns whether the library takes a text: not one with something unknown and no token for it.
   */
  boolean canEncode(String text) {
    try {
      theirs.encode(text, true, false);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  void close() {
    theirs.close();
  }

  /** Compares all that the library says of a text, then what it decodes the tokens to. */
  void check(String text) {
    Encoding mine = ours.encode(text);
    check(theirs.encode(text, true, false), mine);
    assertArrayEquals(mine.ids(), ours.encodeToIds(text, true), "ids alone");
    long[] ids = Arrays.stream(mine.ids()).asLongStream().toArray();
    assertEquals(theirs.decode(ids, false), ours.decode(mine.ids(), false), "decoded");
    assertEquals(theirs.decode(ids, true), ours.decode(mine.ids(), true), "decoded, skipping");
  }

  void check(String text, String pair) {
    check(theirs.encode(text, pair, false, false), ours.encode(new Input(text, pair), BARE));
    check(theirs.encode(text, pair, true, false), ours.encode(text, pair));
  }

  private static final EncodeOptions BARE = EncodeOptions.PLAIN.addSpecialTokens(false);

  private static void check(ai.djl.huggingface.tokenizers.Encoding theirs, Encoding mine) {
    assertEquals(List.of(theirs.getTokens()), mine.tokens(), "tokens");
    assertArrayEquals(theirs.getIds(), longs(mine.ids()), "ids");
    assertArrayEquals(theirs.getTypeIds(), longs(mine.typeIds()), "type ids");
    assertArrayEquals(theirs.getSpecialTokenMask(), longs(mine.specialTokensMask()), "special");
    assertArrayEquals(offsets(theirs.getCharTokenSpans()), mine.offsets(), "offsets");
  }

  private static long[] longs(int[] values) {
    return Arrays.stream(values).asLongStream().toArray();
  }

  private static int[][] offsets(CharSpan[] spans) {
    return Arrays.stream(spans)
        .map(span -> span == null ? null : new int[] {span.getStart(), span.getEnd()})
        .toArray(int[][]::new);
  }
}
