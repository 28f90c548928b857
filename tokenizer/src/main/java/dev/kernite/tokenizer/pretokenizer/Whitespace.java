package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.Pieces;

/** {@code Whitespace}: words and runs of punctuation, {@code \w+|[^\w\s]+}; spaces are dropped. */
public record Whitespace() implements PreTokenizer {
  private static final int SPACE = 0;
  private static final int WORD = 1;
  private static final int OTHER = 2;

  @Override
  public Pieces cut(Pieces in) {
    AlignedText text = in.text();
    Pieces.Writer out = new Pieces.Writer(text.length());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) != Pieces.TEXT) {
        out.copy(in, p);
        continue;
      }
      for (int i = in.start(p), end; i < in.end(p); i = end) {
        int kind = kind(text.codePoint(i));
        end = i + 1;
        while (end < in.end(p) && kind(text.codePoint(end)) == kind) {
          end++;
        }
        if (kind != SPACE) {
          out.text().append(text, i, end);
          out.end(Pieces.TEXT);
        }
      }
    }
    return out.pieces();
  }

  private static int kind(int c) {
    return CodePoints.isWord(c) ? WORD : CodePoints.isWhitespace(c) ? SPACE : OTHER;
  }
}
