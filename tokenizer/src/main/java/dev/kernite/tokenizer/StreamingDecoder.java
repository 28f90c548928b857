package dev.kernite.tokenizer;

import dev.kernite.tokenizer.decoder.ByteFallbackDecoder;
import dev.kernite.tokenizer.decoder.ByteLevelDecoder;
import dev.kernite.tokenizer.text.IntList;
import dev.kernite.tokenizer.text.Utf8Decoder;

/**
 * Turns tokens into text one by one, as a model generates them. Each push returns the text that is
 * certain by then; what was returned, joined, is what {@link Tokenizer#decode} returns for all
 * tokens at once. A character whose bytes are spread over tokens appears with its last byte.
 *
 * <p>Not safe to share between threads.
 */
public final class StreamingDecoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final Tokenizer tokenizer;
  private final boolean skipSpecial;
  private final Utf8Decoder bytes; // null: tokens are decoded together
  private final IntList ids = new IntList();
  private String returned = "";

  StreamingDecoder(Tokenizer tokenizer, boolean skipSpecial) {
    this.tokenizer = tokenizer;
    this.skipSpecial = skipSpecial;
    this.bytes =
        tokenizer.pipeline().decoder() instanceof ByteLevelDecoder ? new Utf8Decoder() : null;
  }

  /**
   * Takes the next token.
   *
   * @param id its id; an id that there is not counts as nothing
   * @return the text that is certain now and was not before, often empty
   */
  public String push(int id) {
    String token = tokenizer.idToToken(id);
    if (token == null || (skipSpecial && tokenizer.isSpecial(id))) {
      return "";
    }
    if (bytes != null) {
      ByteLevelDecoder.push(token, bytes);
      return bytes.take();
    }
    ids.add(id);
    // The bytes of a run mean something only together, so a run is held back until it ends.
    return ByteFallbackDecoder.isByte(token) ? "" : fresh(false);
  }

  /** Ends the text: returns what was held back, an incomplete character as U+FFFD. */
  public String flush() {
    if (bytes != null) {
      bytes.flush();
      return bytes.take();
    }
    String rest = fresh(true);
    ids.clear();
    returned = "";
    return rest;
  }

  /** The text of all tokens less what was returned; nothing while the two do not fit together. */
  private String fresh(boolean last) {
    String text = tokenizer.decode(ids.toArray(), false);
    int end = text.length();
    while (!last && end > 0 && text.charAt(end - 1) == REPLACEMENT) {
      end--; // it may be half a character, which the next token completes
    }
    if (end < returned.length() || !text.startsWith(returned)) {
      return "";
    }
    String fresh = text.substring(returned.length(), end);
    returned = text.substring(0, end);
    return fresh;
  }
}
