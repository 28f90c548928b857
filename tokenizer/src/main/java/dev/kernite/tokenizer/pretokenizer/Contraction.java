package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.CharClass;

/** The English endings that the expressions name: {@code 's 't 're 've 'm 'll 'd}. */
final class Contraction {
  private Contraction() {}

  /** Returns where the contraction that begins at {@code start} ends; {@code start} for none. */
  static int end(byte[] text, int start, int end, boolean ignoreCase) {
    if (start + 1 >= end || text[start] != '\'') {
      return start;
    }
    int first = letter(text[start + 1], ignoreCase);
    int second = start + 2 < end ? letter(text[start + 2], ignoreCase) : 0;
    return switch (first) {
      case 's', 't', 'm', 'd' -> start + 2;
      case 'r', 'v' -> second == 'e' ? start + 3 : start;
      case 'l' -> second == 'l' ? start + 3 : start;
      default -> start;
    };
  }

  private static int letter(byte c, boolean ignoreCase) {
    if (!ignoreCase) {
      return c;
    }
    return c == CharClass.LONG_S ? 's' : c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  }
}
