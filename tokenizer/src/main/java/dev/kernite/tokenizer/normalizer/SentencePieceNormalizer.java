package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CharsMap;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.List;

/**
 * What SentencePiece does to a text before it cuts it (Kudo and Richardson 2018): at each place the
 * longest rule applies; runs of spaces become one; a space is put before the text and every space
 * becomes U+2581, so that spaces are part of the pieces. It is in {@code .model} files only; a
 * {@code tokenizer.json} has no name for it.
 *
 * @param rules what becomes what, or null for no rules
 * @param addDummyPrefix whether a space is put before (or behind) the text
 * @param removeExtraWhitespaces whether runs of spaces are one, and none is at the ends
 * @param escapeWhitespaces whether a space becomes U+2581
 * @param whitespaceAsSuffix whether that space is put behind the text instead
 * @param verbatim strings that no rule touches: the user-defined symbols
 */
public record SentencePieceNormalizer(
    CharsMap rules,
    boolean addDummyPrefix,
    boolean removeExtraWhitespaces,
    boolean escapeWhitespaces,
    boolean whitespaceAsSuffix,
    List<String> verbatim)
    implements Normalizer {
  /** The character that stands for a space: LOWER ONE EIGHTH BLOCK. */
  public static final int SPACE = 0x2581;

  /** Keeps a copy of the list, the longest strings first. */
  public SentencePieceNormalizer {
    verbatim =
        verbatim.stream()
            .sorted(java.util.Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  @Override
  public AlignedText normalize(AlignedText text) {
    AlignedText.Builder out = new AlignedText.Builder(text.length() + 8);
    int space = escapeWhitespaces ? SPACE : ' ';
    int length = text.length();
    int i = removeExtraWhitespaces ? afterSpaces(text) : 0;
    if (i == length) {
      return out.build();
    }
    if (addDummyPrefix && !whitespaceAsSuffix) {
      out.append(space, text.from(i), text.from(i));
    }
    boolean afterSpace = removeExtraWhitespaces;
    while (i < length) {
      int replaced = verbatim(text, i);
      long rule = replaced > 0 || rules == null ? CharsMap.NONE : rule(text, i);
      if (rule != CharsMap.NONE) {
        replaced = (int) (rule >>> 32);
      }
      int place = (int) rule;
      int count = rule == CharsMap.NONE ? Math.max(replaced, 1) : Integer.MAX_VALUE;
      replaced = Math.max(replaced, 1);
      boolean leading = afterSpace;
      for (int k = 0; k < count; k++) {
        int c = rule == CharsMap.NONE ? text.codePoint(i + k) : rules.codePoint(place, k);
        if (c == 0 && rule != CharsMap.NONE) {
          break;
        }
        if (c == ' ' && leading) {
          continue;
        }
        leading = false;
        afterSpace = c == ' ' && removeExtraWhitespaces;
        out.append(c == ' ' ? space : c, text.from(i), text.to(i + replaced - 1));
      }
      i += replaced;
    }
    return ended(out.build(), space);
  }

  /** Returns where the text begins when the rules have turned its first characters into spaces. */
  private int afterSpaces(AlignedText text) {
    int i = 0;
    while (i < text.length() && verbatim(text, i) == 0) {
      long rule = rules == null ? CharsMap.NONE : rule(text, i);
      boolean isSpace =
          rule == CharsMap.NONE
              ? text.codePoint(i) == ' '
              : rules.codePoint((int) rule, 0) == ' ' && rules.codePoint((int) rule, 1) == 0;
      if (!isSpace) {
        break;
      }
      i += rule == CharsMap.NONE ? 1 : (int) (rule >>> 32);
    }
    return i;
  }

  private long rule(AlignedText text, int i) {
    return rules.find(text.codePoints(), i, text.length(), true);
  }

  /** Returns the length of the longest verbatim string at {@code i}, or 0. */
  private int verbatim(AlignedText text, int i) {
    for (String symbol : verbatim) {
      if (symbol.codePointAt(0) != text.codePoint(i)) {
        continue;
      }
      int[] codePoints = CodePoints.of(symbol);
      int k = 0;
      while (k < codePoints.length
          && i + k < text.length()
          && text.codePoint(i + k) == codePoints[k]) {
        k++;
      }
      if (k == codePoints.length) {
        return k;
      }
    }
    return 0;
  }

  private AlignedText ended(AlignedText text, int space) {
    int end = text.length();
    while (removeExtraWhitespaces && end > 0 && text.codePoint(end - 1) == space) {
      end--;
    }
    if (!addDummyPrefix || !whitespaceAsSuffix) {
      return text.slice(0, end);
    }
    AlignedText.Builder out = new AlignedText.Builder(end + 1);
    out.append(text, 0, end);
    int to = end == 0 ? 0 : text.to(end - 1);
    out.append(space, to, to);
    return out.build();
  }
}
