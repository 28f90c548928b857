package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.Pieces;

/** {@code BertPreTokenizer}: cuts at white space, which is dropped; punctuation stands alone. */
public record BertPreTokenizer() implements PreTokenizer {
  @Override
  public Pieces cut(Pieces in) {
    AlignedText text = in.text();
    Pieces.Writer out = new Pieces.Writer(text.length());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) != Pieces.TEXT) {
        out.copy(in, p);
        continue;
      }
      for (int i = in.start(p); i < in.end(p); i++) {
        int c = text.codePoint(i);
        boolean punctuation = CodePoints.isPunctuation(c);
        if (punctuation || CodePoints.isWhitespace(c)) {
          out.end(Pieces.TEXT);
        }
        if (punctuation || !CodePoints.isWhitespace(c)) {
          out.text().append(text, i, i + 1);
        }
        if (punctuation) {
          out.end(Pieces.TEXT);
        }
      }
      out.end(Pieces.TEXT);
    }
    return out.pieces();
  }
}
