package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;

/**
 * {@code Prepend}: puts a string before the text, unless the text is empty.
 *
 * @param content what to put there; it is aligned with the first character
 */
public record Prepend(String content) implements Normalizer {
  @Override
  public AlignedText normalize(AlignedText text) {
    if (text.length() == 0) {
      return text;
    }
    AlignedText.Builder out = new AlignedText.Builder(text.length() + content.length());
    out.append(content, text, 0);
    out.append(text, 0, text.length());
    return out.build();
  }
}
