package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.ByteAlphabet;
import dev.kernite.tokenizer.text.CharClass;
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
  private static final WordScanner WORDS = new Gpt2Scanner();

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
      int from = in.start(p);
      int length = in.end(p) - from;
      byte[] classes = useRegex ? CharClass.of(text.codePoints(), from, in.end(p)) : null;
      for (int start = 0; start < length; ) {
        int end = useRegex ? WORDS.wordEnd(classes, start, length) : length;
        ByteAlphabet.append(text, from + start, from + end, out.text());
        out.end(Pieces.TEXT);
        start = end;
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
