package dev.kernite.models.metrics.text;

import java.util.ArrayList;
import java.util.List;

/**
 * White space as Python's {@code str.split} knows it, which sacreBLEU is written in: Unicode's
 * separators, the no-break ones included, the control characters TAB to CR and FS to US, and NEL.
 * All of them are in the basic multilingual plane.
 */
final class WhiteSpace {
  private static final char NEXT_LINE = '\u0085';

  private WhiteSpace() {}

  static boolean is(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
  }

  /** What stands between white space; nothing empty. */
  static List<String> split(String text) {
    List<String> words = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || is(text.charAt(i))) {
        if (i > begin) {
          words.add(text.substring(begin, i));
        }
        begin = i + 1;
      }
    }
    return words;
  }

  static String stripTrailing(String text) {
    int end = text.length();
    while (end > 0 && is(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }
}
