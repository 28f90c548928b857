package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.Pieces;
import dev.kernite.tokenizer.text.SearchPattern;

/**
 * {@code Split}: cuts where a pattern matches.
 *
 * @param pattern the delimiter
 * @param behavior what becomes of the delimiters
 * @param invert whether what does <em>not</em> match is the delimiter
 */
public record Split(SearchPattern pattern, SplitBehavior behavior, boolean invert)
    implements PreTokenizer {
  @Override
  public Pieces cut(Pieces pieces) {
    if (behavior == SplitBehavior.ISOLATED
        && pattern.isRegex()
        && pattern.source().equals(Gpt2Scanner.EXPRESSION)) {
      return scanned(pieces);
    }
    return Splitter.atMatches(pieces, pattern, behavior, invert);
  }

  /** The expression of GPT-2 has its own scanner; it matches everything, so nothing inverts. */
  private static Pieces scanned(Pieces in) {
    AlignedText text = in.text();
    Pieces.Cutter out = new Pieces.Cutter(text);
    for (int p = 0; p < in.count(); p++) {
      int end = in.end(p);
      while (in.token(p) == Pieces.TEXT && out.position() < end) {
        out.cut(Gpt2Scanner.wordEnd(text.codePoints(), out.position(), end), Pieces.TEXT);
      }
      out.cut(end, in.token(p));
    }
    return out.pieces();
  }
}
