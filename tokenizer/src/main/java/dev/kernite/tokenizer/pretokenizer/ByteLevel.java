package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.ByteAlphabet;
import dev.kernite.tokenizer.text.Pieces;

/**
 * {@code ByteLevel}: the words of GPT-2, written in its byte alphabet.
 *
 * @param addPrefixSpace whether a piece that does not begin with a space is given one, so that a
 *     first word is like any other
 * @param trimOffsets has no effect here; a post-processor of the same name trims
 * @param useRegex whether to cut into words; otherwise pieces stay whole
 */
public record ByteLevel(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex)
    implements PreTokenizer {
  @Override
  public Pieces cut(Pieces pieces) {
    Pieces in = addPrefixSpace ? prefixed(pieces) : pieces;
    AlignedText text = in.text();
    Pieces.Writer out = new Pieces.Writer(text.length() + (text.length() >> 3));
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) != Pieces.TEXT) {
        out.copy(in, p);
        continue;
      }
      int end = in.end(p);
      for (int start = in.start(p); start < end; ) {
        int wordEnd = useRegex ? Gpt2Scanner.wordEnd(text.codePoints(), start, end) : end;
        ByteAlphabet.append(text, start, wordEnd, out.text());
        out.end(Pieces.TEXT);
        start = wordEnd;
      }
    }
    return out.pieces();
  }

  private static Pieces prefixed(Pieces in) {
    AlignedText text = in.text();
    Pieces.Writer out = new Pieces.Writer(text.length() + in.count());
    for (int p = 0; p < in.count(); p++) {
      int start = in.start(p);
      if (in.token(p) == Pieces.TEXT && text.codePoint(start) != ' ') {
        out.text().append(' ', text.from(start), text.to(start));
      }
      out.copy(in, p);
    }
    return out.pieces();
  }
}
