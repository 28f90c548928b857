package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CharClass;
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
    WordScanner scanner = scanner();
    return scanner == null
        ? Splitter.atMatches(pieces, pattern, behavior, invert)
        : scanned(pieces, scanner);
  }

  /** Returns what finds the pieces without the expression, or null where nothing does. */
  public WordScanner scanner() {
    return behavior == SplitBehavior.ISOLATED && pattern.isRegex()
        ? WordScanner.of(pattern.source())
        : null;
  }

  /** Such an expression matches everything, so nothing inverts. */
  private static Pieces scanned(Pieces in, WordScanner scanner) {
    AlignedText text = in.text();
    Pieces.Cutter out = new Pieces.Cutter(text);
    for (int p = 0; p < in.count(); p++) {
      int end = in.end(p);
      if (in.token(p) == Pieces.TEXT) {
        int from = in.start(p);
        byte[] classes = CharClass.of(text.codePoints(), from, end);
        for (int i = 0; i < end - from; ) {
          i = scanner.wordEnd(classes, i, end - from);
          out.cut(from + i, Pieces.TEXT);
        }
      }
      out.cut(end, in.token(p));
    }
    return out.pieces();
  }
}
