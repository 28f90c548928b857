package dev.kernite.tokenizer.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Extended grapheme clusters (UAX #29): what a reader takes for one character. */
public final class Graphemes {
  /** Takes the clusters, from left to right. */
  @FunctionalInterface
  public interface Clusters {
    /** Takes the cluster [start, end). */
    void accept(int start, int end);
  }

  private static final Pattern CLUSTER = Pattern.compile("\\X");
  private static final int FIRST_EXTENDING = 0x300; // no lower character continues a cluster
  private static final int LINEAR_B_A = 0x10000; // a letter of two UTF-16 units
  private static final int FIRST_PREPENDED = 0x600; // no lower one is continued by any other

  private Graphemes() {}

  /** Finds all clusters of {@code text}. */
  public static void find(AlignedText text, Clusters clusters) {
    for (int start = 0, end; start < text.length(); start = end) {
      end = start + 1;
      while (end < text.length() && !surelyParts(text.codePoint(end - 1), text.codePoint(end))) {
        end++;
      }
      if (end == start + 1) {
        clusters.accept(start, end);
      } else {
        search(text, start, end, clusters);
      }
    }
  }

  private static void search(AlignedText text, int from, int to, Clusters clusters) {
    String piece = withoutUnassigned(text.string(from, to));
    Matcher matcher = CLUSTER.matcher(piece);
    int start = from;
    while (matcher.find()) {
      int end = start + piece.codePointCount(matcher.start(), matcher.end());
      clusters.accept(start, end);
      start = end;
    }
  }

  /**
   * Puts letters in the place of characters that are not assigned: Java takes these for controls,
   * which nothing continues, but UAX #29 only those that are to be ignored by default.
   */
  private static String withoutUnassigned(String piece) {
    if (piece.codePoints().noneMatch(Graphemes::isContinuedUnassigned)) {
      return piece;
    }
    StringBuilder letters = new StringBuilder(piece.length());
    piece
        .codePoints()
        .map(c -> !isContinuedUnassigned(c) ? c : Character.isBmpCodePoint(c) ? 'a' : LINEAR_B_A)
        .forEach(letters::appendCodePoint);
    return letters.toString();
  }

  private static boolean isContinuedUnassigned(int c) {
    return Character.getType(c) == Character.UNASSIGNED
        && c != 0x2065
        && !(c >= 0xFFF0 && c <= 0xFFF8)
        && !(c >= 0xE0000 && c <= 0xE0FFF);
  }

  /** Returns whether it takes no more than a look to see a boundary between two characters. */
  private static boolean surelyParts(int before, int after) {
    return after < FIRST_EXTENDING
        && before < FIRST_PREPENDED
        && !(before == '\r' && after == '\n');
  }
}
