package dev.kernite.tokenizer.text;

/**
 * The GPT-2 alphabet: a printable character for each of the 256 bytes, so that a vocabulary of byte
 * strings can be written as text. Printable Latin-1 bytes stand for themselves; the other 68 are
 * U+0100, U+0101, ... in order, so the space is {@code Ġ} (Radford et al. 2019).
 */
public final class ByteAlphabet {
  private static final char[] CHARACTER = new char[256];
  private static final short[] BYTE = new short[256 + 68];

  static {
    java.util.Arrays.fill(BYTE, (short) -1);
    char next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > ' ' && b < 127) || (b > 0xA0 && b != 0xAD);
      CHARACTER[b] = printable ? (char) b : next++;
      BYTE[CHARACTER[b]] = (short) b;
    }
  }

  private ByteAlphabet() {}

  /** Returns the character that stands for the byte {@code b}, 0 to 255. */
  public static char character(int b) {
    return CHARACTER[b];
  }

  /** Returns the byte that {@code codePoint} stands for, 0 to 255, or -1 for no byte. */
  public static int byteOf(int codePoint) {
    return codePoint < BYTE.length ? BYTE[codePoint] : -1;
  }

  /** Writes the UTF-8 bytes of {@code c} to {@code out} and returns how many there are. */
  static int utf8(int c, int[] out) {
    if (c < 0x80) {
      out[0] = c;
      return 1;
    }
    if (c < 0x800) {
      out[0] = 0xC0 | c >> 6;
      out[1] = 0x80 | c & 0x3F;
      return 2;
    }
    if (c < 0x10000) {
      out[0] = 0xE0 | c >> 12;
      out[1] = 0x80 | c >> 6 & 0x3F;
      out[2] = 0x80 | c & 0x3F;
      return 3;
    }
    out[0] = 0xF0 | c >> 18;
    out[1] = 0x80 | c >> 12 & 0x3F;
    out[2] = 0x80 | c >> 6 & 0x3F;
    out[3] = 0x80 | c & 0x3F;
    return 4;
  }

  /**
   * Appends code points {@code from} to {@code to} of {@code in} to {@code out}, each as the
   * characters of its UTF-8 bytes; every byte is aligned with the whole character.
   */
  public static void append(AlignedText in, int from, int to, AlignedText.Builder out) {
    int[] bytes = new int[4];
    for (int i = from; i < to; i++) {
      int n = utf8(in.codePoint(i), bytes);
      for (int b = 0; b < n; b++) {
        out.append(CHARACTER[bytes[b]], in.from(i), in.to(i));
      }
    }
  }

  /** Returns the characters of the UTF-8 bytes of {@code text[from, to)}. */
  public static int[] of(int[] text, int from, int to) {
    int length = 0;
    for (int i = from; i < to; i++) {
      length += CodePoints.utf8Length(text[i]);
    }
    int[] out = new int[length];
    int[] bytes = new int[4];
    for (int i = from, o = 0; i < to; i++) {
      int n = utf8(text[i], bytes);
      for (int b = 0; b < n; b++) {
        out[o++] = CHARACTER[bytes[b]];
      }
    }
    return out;
  }
}
