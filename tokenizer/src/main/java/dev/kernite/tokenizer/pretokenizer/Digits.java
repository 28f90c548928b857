package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.Pieces;

/**
 * {@code Digits}: cuts numbers out.
 *
 * @param individual whether each digit is a piece; otherwise each run of digits
 */
public record Digits(boolean individual) implements PreTokenizer {
  @Override
  public Pieces cut(Pieces pieces) {
    return Splitter.atCodePoints(
        pieces,
        CodePoints::isNumeric,
        individual ? SplitBehavior.ISOLATED : SplitBehavior.CONTIGUOUS);
  }
}
