package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.Pieces;
import java.lang.Character.UnicodeScript;

/**
 * {@code UnicodeScripts}: cuts where the script changes, as SentencePiece does in training: kana
 * counts as Han, and a space or an unassigned character belongs to what is before it. What comes
 * before the first character that has a script is dropped.
 */
public record UnicodeScripts() implements PreTokenizer {
  private static final int PROLONGED_SOUND_MARK = 0x30FC; // of kana; its script is Common

  @Override
  public Pieces cut(Pieces in) {
    AlignedText text = in.text();
    Pieces.Writer out = new Pieces.Writer(text.length());
    for (int p = 0; p < in.count(); p++) {
      if (in.token(p) != Pieces.TEXT) {
        out.copy(in, p);
        continue;
      }
      UnicodeScript last = null;
      for (int i = in.start(p); i < in.end(p); i++) {
        UnicodeScript script = script(text.codePoint(i));
        if (script != null && script != last) {
          out.end(Pieces.TEXT);
          last = script;
        }
        if (last != null) {
          out.text().append(text, i, i + 1);
        }
      }
      out.end(Pieces.TEXT);
    }
    return out.pieces();
  }

  /** Returns the script of a character, or null for one that goes with any. */
  private static UnicodeScript script(int c) {
    if (c == ' ') {
      return null;
    }
    return switch (UnicodeScript.of(c)) {
      case UNKNOWN -> null;
      case HIRAGANA, KATAKANA -> UnicodeScript.HAN;
      case UnicodeScript script -> c == PROLONGED_SOUND_MARK ? UnicodeScript.HAN : script;
    };
  }
}
