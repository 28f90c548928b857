package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;

/**
 * {@code Strip}: removes white space at the ends.
 *
 * @param left whether to strip the beginning
 * @param right whether to strip the end
 */
public record Strip(boolean left, boolean right) implements Normalizer {
  @Override
  public AlignedText normalize(AlignedText text) {
    int start = 0;
    int end = text.length();
    while (left && start < end && CodePoints.isWhitespace(text.codePoint(start))) {
      start++;
    }
    while (right && end > start && CodePoints.isWhitespace(text.codePoint(end - 1))) {
      end--;
    }
    return text.slice(start, end);
  }
}
