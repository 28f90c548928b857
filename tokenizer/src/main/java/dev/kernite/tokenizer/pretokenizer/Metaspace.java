package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.Pieces;

/**
 * {@code Metaspace}: spaces become a visible character, and each begins a new word (SentencePiece).
 *
 * @param replacement the character, usually U+2581
 * @param prepend where the character is put before a piece that does not begin with it
 * @param split whether to cut at the character
 */
public record Metaspace(int replacement, Prepend prepend, boolean split) implements PreTokenizer {
  /** Which pieces are given a first space. */
  public enum Prepend {
    /** The one at the very beginning of the text. */
    FIRST,
    /** None. */
    NEVER,
    /** All. */
    ALWAYS
  }

  @Override
  public Pieces cut(Pieces in) {
    AlignedText text = in.text();
    Pieces.Writer out = new Pieces.Writer(text.length() + in.count());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) != Pieces.TEXT) {
        out.copy(in, p);
        continue;
      }
      int start = in.start(p);
      if (spaced(text.codePoint(start)) != replacement && prepends(text.from(start))) {
        out.text().append(replacement, text.from(start), text.to(start));
      }
      for (int i = start; i < in.end(p); i++) {
        out.text().append(spaced(text.codePoint(i)), text.from(i), text.to(i));
      }
      out.end(Pieces.TEXT);
    }
    Pieces pieces = out.pieces();
    return split
        ? Splitter.atCodePoints(pieces, c -> c == replacement, SplitBehavior.MERGED_WITH_NEXT)
        : pieces;
  }

  private int spaced(int c) {
    return c == ' ' ? replacement : c;
  }

  private boolean prepends(int from) {
    return switch (prepend) {
      case ALWAYS -> true;
      case FIRST -> from == 0;
      case NEVER -> false;
    };
  }
}
