package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.Pieces;

/** {@code WhitespaceSplit}: what stands between white space; the white space is dropped. */
public record WhitespaceSplit() implements PreTokenizer {
  @Override
  public Pieces cut(Pieces pieces) {
    return Splitter.atCodePoints(pieces, CodePoints::isWhitespace, SplitBehavior.REMOVED);
  }
}
