package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CodePoints;
import dev.kernite.tokenizer.text.UnicodeForm;

/**
 * {@code BertNormalizer}: the basic cleaning of BERT (Devlin et al. 2019), in this order.
 *
 * @param cleanText drops control characters, U+0000 and U+FFFD; all white space becomes a space
 * @param handleChineseChars puts spaces around CJK ideographs, so that each is a word
 * @param stripAccents decomposes (NFD) and drops non-spacing marks; null: if {@code lowercase}
 * @param lowercase writes small letters, each character by itself
 */
public record BertNormalizer(
    boolean cleanText, boolean handleChineseChars, Boolean stripAccents, boolean lowercase)
    implements Normalizer {
  private static final int REPLACEMENT = 0xFFFD;
  private static final Lowercase LOWERCASE = new Lowercase();

  /** Returns whether accents are stripped, by the setting or by its default. */
  public boolean stripsAccents() {
    return stripAccents == null ? lowercase : stripAccents;
  }

  @Override
  public AlignedText normalize(AlignedText text) {
    AlignedText.Builder out = new AlignedText.Builder(text.length());
    int all = 0;
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePoint(i);
      if (c < 0x80) {
        ascii(c, text, i, out);
      } else {
        all |= other(c, text, i, out);
      }
    }
    return all < 0x80 ? out.build() : withoutAccents(out.build());
  }

  /** ASCII needs no more than this: it has no accents, so its case can be settled at once. */
  private void ascii(int c, AlignedText text, int i, AlignedText.Builder out) {
    if (c <= ' ' || c == 0x7F) {
      if (!cleanText || c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        out.append(cleanText ? ' ' : c, text.from(i), text.to(i));
      }
    } else {
      int small = lowercase && c >= 'A' && c <= 'Z' ? c | 0x20 : c;
      out.append(small, text.from(i), text.to(i));
    }
  }

  /** Returns what it wrote, or 0 for nothing. */
  private int other(int c, AlignedText text, int i, AlignedText.Builder out) {
    if (cleanText && (c == REPLACEMENT || CodePoints.isControl(c))) {
      return 0;
    }
    int from = text.from(i);
    int to = text.to(i);
    if (cleanText && CodePoints.isWhitespace(c)) {
      out.append(' ', from, to);
      return ' ';
    }
    if (handleChineseChars && isChinese(c)) {
      out.append(' ', from, to);
      out.append(c, from, to);
      out.append(' ', from, to);
    } else {
      out.append(c, from, to);
    }
    return c;
  }

  private AlignedText withoutAccents(AlignedText text) {
    AlignedText result = text;
    if (stripsAccents()) {
      AlignedText decomposed = UnicodeForm.NFD.apply(text);
      AlignedText.Builder out = new AlignedText.Builder(decomposed.length());
      for (int i = 0; i < decomposed.length(); i++) {
        if (!CodePoints.isNonSpacingMark(decomposed.codePoint(i))) {
          out.append(decomposed, i, i + 1);
        }
      }
      result = out.build();
    }
    return lowercase ? LOWERCASE.normalize(result) : result;
  }

  /** The blocks of CJK ideographs that the library lists; Extension E begins late there. */
  private static boolean isChinese(int c) {
    return c >= 0x3400
        && ((c >= 0x4E00 && c <= 0x9FFF)
            || c <= 0x4DBF
            || (c >= 0x20000 && c <= 0x2A6DF)
            || (c >= 0x2A700 && c <= 0x2B73F)
            || (c >= 0x2B740 && c <= 0x2B81F)
            || (c >= 0x2B920 && c <= 0x2CEAF)
            || (c >= 0xF900 && c <= 0xFAFF)
            || (c >= 0x2F800 && c <= 0x2FA1F));
  }
}
