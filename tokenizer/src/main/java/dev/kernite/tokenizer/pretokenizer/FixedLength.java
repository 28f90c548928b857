package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.text.Pieces;

/**
 * {@code FixedLength}: cuts after every so many characters.
 *
 * @param length how many; at least one
 */
public record FixedLength(int length) implements PreTokenizer {
  /**
   * Checks the length.
   *
   * @throws TokenizerException if it is not positive
   */
  public FixedLength {
    if (length < 1) {
      throw new TokenizerException("FixedLength: the length %d is not positive".formatted(length));
    }
  }

  @Override
  public Pieces cut(Pieces in) {
    Pieces.Cutter out = new Pieces.Cutter(in.text());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) == Pieces.TEXT) {
        for (long end = in.start(p) + (long) length; end < in.end(p); end += length) {
          out.cut((int) end, Pieces.TEXT);
        }
      }
      out.cut(in.end(p), in.token(p));
    }
    return out.pieces();
  }
}
