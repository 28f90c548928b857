package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.CodePoints;

/**
 * The word boundaries of GPT-2 (Radford et al. 2019), those of the published expression
 *
 * <pre>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</pre>
 *
 * written as a scanner, because the expression is matched once a word: no backtracking, no objects.
 * Its matches cover every text without a gap, so a word is told by where it ends.
 */
public final class Gpt2Scanner {
  /** The expression that this scanner stands for. */
  public static final String EXPRESSION =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private Gpt2Scanner() {}

  /**
   * Returns where the word that begins at {@code start} ends.
   *
   * @param text code points
   * @param start a boundary before {@code end}
   * @param end where the text ends
   */
  public static int wordEnd(int[] text, int start, int end) {
    int first = text[start];
    if (first == '\'') {
      int length = contraction(text, start + 1, end);
      if (length > 0) {
        return start + 1 + length;
      }
    }
    int body = first == ' ' && start + 1 < end ? start + 1 : start;
    byte kind = CodePoints.kind(text[body]);
    int i = body + 1;
    if (kind != CodePoints.SPACE) { // ` ?X+` for one of the three kinds X
      while (i < end && CodePoints.kind(text[i]) == kind) {
        i++;
      }
      return i;
    }
    i = start + 1;
    while (i < end && CodePoints.kind(text[i]) == CodePoints.SPACE) {
      i++;
    }
    // \s+(?!\S) leaves the last space to the word after it, unless it is the only one.
    return i == end || i == start + 1 ? i : i - 1;
  }

  /** Returns the length of s, t, re, ve, m, ll or d at {@code i}, or 0. */
  private static int contraction(int[] text, int i, int end) {
    if (i >= end) {
      return 0;
    }
    int next = i + 1 < end ? text[i + 1] : -1;
    return switch (text[i]) {
      case 's', 't', 'm', 'd' -> 1;
      case 'r', 'v' -> next == 'e' ? 2 : 0;
      case 'l' -> next == 'l' ? 2 : 0;
      default -> 0;
    };
  }
}
