package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.Rewrite;

/** {@code Lowercase}: each character by itself, so a final sigma is not special. */
public record Lowercase() implements Normalizer {
  private static final int DOTTED_CAPITAL_I = 0x130; // the one whose lower case is two characters

  @Override
  public AlignedText normalize(AlignedText text) {
    Rewrite rewrite = new Rewrite(text);
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePoint(i);
      rewrite.emit(Character.toLowerCase(c), 0);
      if (c == DOTTED_CAPITAL_I) {
        rewrite.emit(0x307, 1);
      }
    }
    return rewrite.done();
  }
}
