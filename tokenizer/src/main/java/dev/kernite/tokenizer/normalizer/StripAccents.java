package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;

/** {@code StripAccents}: removes marks; it is meant to follow {@code NFD}. */
public record StripAccents() implements Normalizer {
  @Override
  public AlignedText normalize(AlignedText text) {
    AlignedText.Builder out = new AlignedText.Builder(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (!CodePoints.isMark(text.codePoint(i))) {
        out.append(text, i, i + 1);
      }
    }
    return out.build();
  }
}
