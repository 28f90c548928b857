package dev.kernite.tokenizer.text;

/**
 * UTF-8 to text, byte by byte. What cannot be decoded becomes U+FFFD, one for each maximal subpart
 * (Unicode standard, section 3.9, "U+FFFD substitution of maximal subparts"), the practice of Rust
 * and the WHATWG; the JDK's own decoder counts differently for encoded surrogates.
 */
public final class Utf8Decoder {
  private static final char REPLACEMENT = '\uFFFD';

  private final StringBuilder text = new StringBuilder();
  private int codePoint;
  private int missing;
  private int lowest = 0x80;
  private int highest = 0xBF;

  /** Creates a decoder at the beginning of a text. */
  public Utf8Decoder() {}

  /** Takes one more byte, 0 to 255. */
  public void push(int b) {
    if (missing > 0) {
      if (b >= lowest && b <= highest) {
        lowest = 0x80;
        highest = 0xBF;
        codePoint = codePoint << 6 | b & 0x3F;
        if (--missing == 0) {
          text.appendCodePoint(codePoint);
        }
        return;
      }
      flush();
    }
    if (b < 0x80) {
      text.append((char) b);
    } else if (b >= 0xC2 && b <= 0xDF) {
      begin(b & 0x1F, 1, 0x80, 0xBF);
    } else if (b >= 0xE0 && b <= 0xEF) {
      begin(b & 0x0F, 2, b == 0xE0 ? 0xA0 : 0x80, b == 0xED ? 0x9F : 0xBF);
    } else if (b >= 0xF0 && b <= 0xF4) {
      begin(b & 0x07, 3, b == 0xF0 ? 0x90 : 0x80, b == 0xF4 ? 0x8F : 0xBF);
    } else {
      text.append(REPLACEMENT);
    }
  }

  private void begin(int bits, int following, int least, int most) {
    codePoint = bits;
    missing = following;
    lowest = least;
    highest = most;
  }

  /** Takes the UTF-8 bytes of {@code s}. */
  public void push(String s) {
    int[] bytes = new int[4];
    for (int c : CodePoints.of(s)) {
      int n = ByteAlphabet.utf8(c, bytes);
      for (int i = 0; i < n; i++) {
        push(bytes[i]);
      }
    }
  }

  /** Ends the input: an incomplete character becomes U+FFFD. */
  public void flush() {
    if (missing > 0) {
      missing = 0;
      lowest = 0x80;
      highest = 0xBF;
      text.append(REPLACEMENT);
    }
  }

  /** Returns the text that is certain by now and was not taken before. */
  public String take() {
    String taken = text.toString();
    text.setLength(0);
    return taken;
  }
}
