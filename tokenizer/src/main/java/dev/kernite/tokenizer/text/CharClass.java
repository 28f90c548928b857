package dev.kernite.tokenizer.text;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A code point as far as word scanners care, in one byte: ASCII characters are themselves, all
 * others say only what kind they are. Text in this form is small, the flags of a class are one
 * look-up in 256 bytes, and eight characters at a time fit into a long.
 */
public final class CharClass {
  /** {@code \p{L}}. */
  public static final int LETTER = 1;

  /** {@code \p{N}}. */
  public static final int NUMBER = 2;

  /** {@code \s}. */
  public static final int SPACE = 4;

  /** {@code [^\s\p{L}\p{N}]}. */
  public static final int OTHER = 8;

  /** {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}: what may begin a capitalised word. */
  public static final int UPPER = 16;

  /** {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}: what may go on with it. */
  public static final int LOWER = 32;

  /** {@code [\r\n]}. */
  public static final int NEWLINE = 64;

  /** U+017F, which is a letter s where case is ignored. */
  public static final byte LONG_S = (byte) 0x80;

  /** How many bytes past the end of a text can be read. */
  public static final int PADDING = 16;

  private static final byte FIRST_KIND = (byte) 0x81;
  private static final int[] KINDS = {
    OTHER,
    LETTER | UPPER,
    LETTER | LOWER,
    LETTER | UPPER | LOWER,
    NUMBER,
    SPACE,
    OTHER | UPPER | LOWER
  };

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EACH = 0x0101010101010101L;

  private static final byte[] FLAGS = new byte[256];

  static {
    for (int c = 0; c < 0x80; c++) {
      FLAGS[c] = (byte) flagsOf(c);
    }
    FLAGS[LONG_S & 0xFF] = LETTER | LOWER;
    for (int k = 0; k < KINDS.length; k++) {
      FLAGS[(FIRST_KIND & 0xFF) + k] = (byte) KINDS[k];
    }
  }

  /**
   * The class of each code point of the Basic Multilingual Plane that was asked for, 0 for the
   * others. Looking up beats asking; threads that race write the same value.
   */
  private static final byte[] KNOWN = new byte[Character.MIN_SUPPLEMENTARY_CODE_POINT];

  private CharClass() {}

  /** Returns the class of a code point. */
  public static byte of(int codePoint) {
    if (codePoint < 0x80) {
      return (byte) codePoint;
    }
    if (codePoint >= KNOWN.length) {
      return find(codePoint);
    }
    byte known = KNOWN[codePoint];
    if (known == 0) {
      known = find(codePoint);
      KNOWN[codePoint] = known;
    }
    return known;
  }

  /** Returns the classes of {@code text[from, to)}, and {@link #PADDING} zeros. */
  public static byte[] of(int[] text, int from, int to) {
    byte[] classes = new byte[to - from + PADDING];
    for (int i = from; i < to; i++) {
      classes[i - from] = of(text[i]);
    }
    return classes;
  }

  private static byte find(int c) {
    if (c == 0x017F) {
      return LONG_S;
    }
    int flags = flagsOf(c);
    int kind = 0;
    while (KINDS[kind] != flags) {
      kind++;
    }
    return (byte) (FIRST_KIND + kind);
  }

  private static int flagsOf(int c) {
    if (c == '\r' || c == '\n') {
      return SPACE | NEWLINE;
    }
    if (CodePoints.isWhitespace(c)) {
      return SPACE;
    }
    return switch (Character.getType(c)) {
      case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> LETTER | UPPER;
      case Character.LOWERCASE_LETTER -> LETTER | LOWER;
      case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER | UPPER | LOWER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          OTHER | UPPER | LOWER;
      default -> OTHER;
    };
  }

  /** Returns whether a class has one of {@code flags}. */
  public static boolean is(byte c, int flags) {
    return (FLAGS[c & 0xFF] & flags) != 0;
  }

  /** Returns where the classes with one of {@code flags} that begin at {@code i} end. */
  public static int runEnd(byte[] classes, int i, int end, int flags) {
    int j = i;
    while (j < end && is(classes[j], flags)) {
      j++;
    }
    return j;
  }

  /**
   * Returns where the letters that begin at {@code i} end. ASCII letters are told eight at a time:
   * the length of a word is what a processor predicts worst, and this needs no prediction.
   */
  public static int lettersEnd(byte[] classes, int i, int end) {
    int j = i;
    while (j < end) {
      long eight = (long) LONG.get(classes, j);
      long lower = eight | EACH * 0x20;
      // The high bit of a byte: it is a..z. Classes end at 0x87, so no sum carries.
      long letters = lower + EACH * (0x80 - 'a') & ~(lower + EACH * (0x7F - 'z')) & ~eight;
      int count = Long.numberOfTrailingZeros(~letters & EACH * 0x80) >> 3;
      j += count;
      if (count < 8) {
        return j < end ? runEnd(classes, j, end, LETTER) : end;
      }
    }
    return end;
  }
}
