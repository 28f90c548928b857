package dev.kernite.tokenizer.text;

/**
 * The Unicode classes that tokenizers ask for, as the regular expressions of the published
 * tokenizers define them (UTS #18 compatibility properties), on the JDK's Unicode data. Punctuation
 * and marks are those of the versions that the tokenizers library knows ({@link OlderUnicode}).
 */
public final class CodePoints {
  private static final int NUMBERS =
      1 << Character.DECIMAL_DIGIT_NUMBER
          | 1 << Character.LETTER_NUMBER
          | 1 << Character.OTHER_NUMBER;
  private static final int MARKS =
      1 << Character.NON_SPACING_MARK
          | 1 << Character.ENCLOSING_MARK
          | 1 << Character.COMBINING_SPACING_MARK;
  private static final int PUNCTUATION =
      1 << Character.CONNECTOR_PUNCTUATION
          | 1 << Character.DASH_PUNCTUATION
          | 1 << Character.START_PUNCTUATION
          | 1 << Character.END_PUNCTUATION
          | 1 << Character.INITIAL_QUOTE_PUNCTUATION
          | 1 << Character.FINAL_QUOTE_PUNCTUATION
          | 1 << Character.OTHER_PUNCTUATION;

  // Characters whose category has changed since Unicode 8.
  private static final int CANADIAN_CHI_SIGN = 0x166D; // was Po, is So
  private static final int VEDIC_ARDHAVISARGA = 0x1CF2; // this and the next were Mc, are Lo
  private static final int SHARADA_SANDHI_MARK = 0x111C9; // was Po, is Mn

  private CodePoints() {}

  /** Returns whether {@code c} has the White_Space property ({@code \s}). */
  public static boolean isWhitespace(int c) {
    return switch (c) {
      case 0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true;
      default -> (c >= 0x09 && c <= 0x0D) || (c >= 0x2000 && c <= 0x200A);
    };
  }

  /** Returns whether {@code c} is a word character ({@code \w}, UTS #18 annex C). */
  public static boolean isWord(int c) {
    return Character.isAlphabetic(c)
        || hasCategory(c, MARKS)
        || Character.isDigit(c)
        || Character.getType(c) == Character.CONNECTOR_PUNCTUATION
        || c == 0x200C
        || c == 0x200D;
  }

  /** Returns whether {@code c} is a number of any kind ({@code \p{N}}). */
  public static boolean isNumeric(int c) {
    return hasCategory(c, NUMBERS);
  }

  /** Returns whether {@code c} is punctuation: {@code \p{P}} or an ASCII symbol such as $ or +. */
  public static boolean isPunctuation(int c) {
    return c < 128
        ? (c > ' ' && c < 127 && !Character.isLetterOrDigit(c))
        : hasCategory(c, PUNCTUATION) && !OlderUnicode.V8.lacks(c)
            || c == CANADIAN_CHI_SIGN
            || c == SHARADA_SANDHI_MARK;
  }

  /** Returns whether {@code c} is a mark: general categories Mn, Mc, Me. */
  public static boolean isMark(int c) {
    return hasCategory(c, MARKS) && !OlderUnicode.V9.lacks(c) && c != SHARADA_SANDHI_MARK
        || c == VEDIC_ARDHAVISARGA
        || c == VEDIC_ARDHAVISARGA + 1;
  }

  /** Returns whether {@code c} is a mark that takes no room: general category Mn. */
  public static boolean isNonSpacingMark(int c) {
    return switch (c) {
      case 0x1734, 0x1171E -> true; // Mc by now
      case 0x1885, 0x1886, 0xA9BD, SHARADA_SANDHI_MARK -> false; // were Lo, Lo, Mc, Po
      default -> Character.getType(c) == Character.NON_SPACING_MARK && !OlderUnicode.V8.lacks(c);
    };
  }

  /** Returns whether {@code c} is a control, a format or a private character: Cc, Cf, Co. */
  public static boolean isControl(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL, Character.PRIVATE_USE -> true;
      case Character.FORMAT -> !OlderUnicode.V8.lacks(c);
      default -> false;
    };
  }

  private static boolean hasCategory(int c, int categories) {
    return (categories >> Character.getType(c) & 1) != 0;
  }

  /** Returns how many bytes {@code c} takes in UTF-8. */
  public static int utf8Length(int c) {
    return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  }

  /** Returns how many bytes {@code text[start, end)} takes in UTF-8. */
  public static int utf8Length(int[] text, int start, int end) {
    int bytes = 0;
    for (int i = start; i < end; i++) {
      bytes += utf8Length(text[i]);
    }
    return bytes;
  }

  /** Returns how many bytes {@code text} takes in UTF-8. */
  public static int utf8Length(String text) {
    int[] codePoints = of(text);
    return utf8Length(codePoints, 0, codePoints.length);
  }

  /**
   * Returns the code points of {@code text}. A lone surrogate, which no Unicode encoding can hold,
   * becomes U+FFFD.
   */
  public static int[] of(String text) {
    int[] out = new int[text.codePointCount(0, text.length())];
    for (int i = 0, n = 0; i < text.length(); n++) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      out[n] = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c;
    }
    return out;
  }
}
