package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.Pieces;

/**
 * {@code Punctuation}: cuts at punctuation.
 *
 * @param behavior what becomes of it
 */
public record Punctuation(SplitBehavior behavior) implements PreTokenizer {
  @Override
  public Pieces cut(Pieces pieces) {
    return Splitter.atCodePoints(pieces, CodePoints::isPunctuation, behavior);
  }
}
