package dev.kernite.tokenizer.file;

/**
 * A decimal number as the tokenizers library reads it (serde_json without {@code float_roundtrip}):
 * the digits as an integer of 64 bits, over a power of ten. With more than 15 digits that can be
 * one unit in the last place off the nearest double. It matters: where two cuts of a text are
 * equally likely, the last bit of their scores decides, and it has to fall as it does there.
 */
final class RustNumber {
  private static final double[] POWERS = new double[309];

  static {
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
  }

  private RustNumber() {}

  /** Returns the value of a number in the grammar of JSON. */
  static double parse(String text) {
    boolean negative = text.startsWith("-");
    long significand = 0; // unsigned
    int exponent = 0;
    boolean fraction = false;
    boolean full = false; // further digits do not fit
    int i = negative ? 1 : 0;
    for (; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.') {
        fraction = true;
      } else if (c < '0' || c > '9') {
        break;
      } else if (!full && fits(significand, c - '0')) {
        significand = significand * 10 + (c - '0');
        exponent -= fraction ? 1 : 0;
      } else {
        full = true;
        exponent += fraction ? 0 : 1;
      }
    }
    if (i < text.length()) {
      exponent = Math.clamp(exponent + exponent(text, i + 1), -1_000_000, 1_000_000);
    }
    double value = scaled(unsigned(significand), exponent);
    return negative ? -value : value;
  }

  /** An exponent may have any number of digits; one of more than six leads nowhere. */
  private static long exponent(String text, int from) {
    boolean negative = text.charAt(from) == '-';
    long exponent = 0;
    for (int i = from; i < text.length(); i++) {
      if (Character.isDigit(text.charAt(i))) {
        exponent = Math.min(exponent * 10 + (text.charAt(i) - '0'), 1_000_000);
      }
    }
    return negative ? -exponent : exponent;
  }

  private static boolean fits(long significand, int digit) {
    long limit = Long.divideUnsigned(-1L, 10); // of 2^64 - 1, which ends in 5
    int order = Long.compareUnsigned(significand, limit);
    return order < 0 || (order == 0 && digit <= 5);
  }

  private static double unsigned(long value) {
    return value >= 0 ? value : (value >>> 1 | value & 1) * 2.0;
  }

  private static double scaled(double significand, int exponent) {
    double value = significand;
    int left = exponent;
    while (left < -308 && value != 0) {
      value /= 1e308;
      left += 308;
    }
    if (value == 0 || left < -308) {
      return value;
    }
    if (left > 308) {
      return Double.POSITIVE_INFINITY;
    }
    return left >= 0 ? value * POWERS[left] : value / POWERS[-left];
  }
}
