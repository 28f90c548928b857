package dev.kernite.tokenizer.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The canonical order of combining marks. The JDK normalises but does not tell combining classes;
 * yet canonical decomposition swaps two marks exactly if the class of the first is the greater and
 * the other's is not zero, and that is enough to rank them all, on the JDK's own Unicode data.
 */
final class CombiningOrder {
  private static final String LEAST = "\u0334"; // combining class 1
  private static final String GREATEST = "\u0345"; // combining class 240

  private static final Map<Integer, Integer> RANK = ranks();

  private CombiningOrder() {}

  /** Returns 0 for a starter, else a number that orders {@code c} as its combining class does. */
  static int rank(int c) {
    return c < 0x300 ? 0 : RANK.getOrDefault(c, 0);
  }

  private static Map<Integer, Integer> ranks() {
    List<String> marks = new ArrayList<>();
    for (int c = 0x300; c <= Character.MAX_CODE_POINT; c++) {
      if (CodePoints.isMark(c)) {
        String mark = Normalizer.normalize(Character.toString(c), Normalizer.Form.NFD);
        boolean single = mark.codePointCount(0, mark.length()) == 1 && mark.codePointAt(0) == c;
        if (single && (swapped(mark, LEAST) || swapped(GREATEST, mark))) {
          marks.add(mark);
        }
      }
    }
    marks.sort((a, b) -> swapped(a, b) ? 1 : swapped(b, a) ? -1 : 0);
    Map<Integer, Integer> ranks = new HashMap<>();
    int rank = 0;
    for (int i = 0; i < marks.size(); i++) {
      if (i == 0 || swapped(marks.get(i), marks.get(i - 1))) {
        rank++;
      }
      ranks.put(marks.get(i).codePointAt(0), rank);
    }
    return Map.copyOf(ranks);
  }

  private static boolean swapped(String a, String b) {
    return !a.equals(b) && Normalizer.normalize(a + b, Normalizer.Form.NFD).equals(b + a);
  }
}
