package dev.kernite.models.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Set;

/** Puts what a stranger's file says into one short, printable line of an error message. */
final class Describe {
  private static final int LONGEST = 160;
  private static final Set<Integer> UNPRINTABLE =
      Set.of(
          (int) Character.SURROGATE,
          (int) Character.LINE_SEPARATOR,
          (int) Character.PARAGRAPH_SEPARATOR);

  private static final int MOST_EXTENTS = 8;
  private static final int MOST_NAMES = 8;

  private Describe() {}

  /** Whether a text can be stored as UTF-8: no half of a surrogate pair stands alone. */
  static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /** A name in quotes: control characters escaped, the middle of a very long one left out. */
  static String name(String name) {
    return "'" + line(name) + "'";
  }

  /** A text in one line: control characters escaped, the middle of a very long one left out. */
  static String line(String text) {
    String shown = text;
    if (text.length() > LONGEST) {
      shown = text.substring(0, LONGEST / 2) + "..." + text.substring(text.length() - LONGEST / 2);
    }
    StringBuilder line = new StringBuilder();
    shown
        .codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || UNPRINTABLE.contains(Character.getType(c))) {
                line.append("\\u%04x".formatted(c));
              } else {
                line.appendCodePoint(c);
              }
            });
    return line.toString();
  }

  /** A shape as {@code [2, 3]}, cut after a few extents. */
  static String shape(long[] shape) {
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < shape.length && i < MOST_EXTENTS; i++) {
      text.append(i == 0 ? "" : ", ").append(shape[i]);
    }
    return text.append(shape.length > MOST_EXTENTS ? ", ...]" : "]").toString();
  }

  /** A few of many names, and how many there are. */
  static String names(Collection<String> names) {
    if (names.isEmpty()) {
      return "none";
    }
    StringBuilder text = new StringBuilder();
    int shown = 0;
    for (String name : names) {
      if (shown == MOST_NAMES) {
        return text.append(", ... (").append(names.size()).append(" in all)").toString();
      }
      text.append(shown++ == 0 ? "" : ", ").append(name(name));
    }
    return text.toString();
  }
}
