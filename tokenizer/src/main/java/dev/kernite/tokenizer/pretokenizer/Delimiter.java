package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.Pieces;

/**
 * {@code CharDelimiterSplit}: what stands between one character; the character is dropped.
 *
 * @param codePoint the delimiter
 */
public record Delimiter(int codePoint) implements PreTokenizer {
  @Override
  public Pieces cut(Pieces pieces) {
    return Splitter.atCodePoints(pieces, c -> c == codePoint, SplitBehavior.REMOVED);
  }
}
