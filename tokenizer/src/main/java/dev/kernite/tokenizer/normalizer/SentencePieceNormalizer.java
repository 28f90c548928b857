package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.CharsMap;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.Arrays;
import java.util.Comparator;
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

  /** Keeps a copy of the list, by the first character, the longest strings first. */
  public SentencePieceNormalizer {
    verbatim =
        verbatim.stream()
            .sorted(
                Comparator.comparingInt((String symbol) -> symbol.codePointAt(0))
                    .thenComparing(Comparator.comparingInt(String::length).reversed()))
            .toList();
  }

  @Override
  public AlignedText normalize(AlignedText text) {
    int start = removeExtraWhitespaces ? afterSpaces(text) : 0;
    Output out = new Output(text);
    if (start == text.length()) {
      return out.text.build();
    }
    if (addDummyPrefix && !whitespaceAsSuffix) {
      out.text.append(space(), text.from(start), text.from(start));
    }
    for (int i = start, end; i < text.length(); i = end) {
      int symbol = verbatim(text, i);
      long rule = symbol > 0 ? CharsMap.NONE : rule(text, i);
      end = i + (rule == CharsMap.NONE ? Math.max(symbol, 1) : (int) (rule >>> 32));
      out.begin(i, end);
      if (rule == CharsMap.NONE) {
        for (int k = i; k < end; k++) {
          out.write(text.codePoint(k));
        }
      } else {
        for (int k = 0, c; (c = rules.codePoint((int) rule, k)) != 0; k++) {
          out.write(c);
        }
      }
    }
    return ended(out.text.build());
  }

  /** The new text; it drops spaces behind spaces. */
  private final class Output {
    private final AlignedText in;
    private final AlignedText.Builder text;
    private boolean afterSpace = removeExtraWhitespaces;
    private boolean drops; // spaces that come now
    private int from;
    private int to;

    Output(AlignedText in) {
      this.in = in;
      this.text = new AlignedText.Builder(in.length() + 8);
    }

    /** What is written from now on stands for [start, end). */
    void begin(int start, int end) {
      from = in.from(start);
      to = in.to(end - 1);
      drops = afterSpace;
    }

    void write(int c) {
      if (c == ' ' && drops) {
        return;
      }
      drops = false;
      afterSpace = c == ' ' && removeExtraWhitespaces;
      text.append(c == ' ' ? space() : c, from, to);
    }
  }

  private int space() {
    return escapeWhitespaces ? SPACE : ' ';
  }

  private long rule(AlignedText text, int i) {
    return rules == null ? CharsMap.NONE : rules.find(text.codePoints(), i, text.length(), true);
  }

  /** Returns where the text begins when the rules have turned its first characters into spaces. */
  private int afterSpaces(AlignedText text) {
    int i = 0;
    while (i < text.length() && verbatim(text, i) == 0) {
      long rule = rule(text, i);
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

  /** Returns the length of the longest verbatim string at {@code i}, or 0. */
  private int verbatim(AlignedText text, int i) {
    int c = text.codePoint(i);
    for (int s = firstNotBelow(c); s < verbatim.size(); s++) {
      if (verbatim.get(s).codePointAt(0) != c) {
        return 0;
      }
      int[] symbol = CodePoints.of(verbatim.get(s));
      int end = i + symbol.length;
      if (end <= text.length()
          && Arrays.equals(symbol, 0, symbol.length, text.codePoints(), i, end)) {
        return symbol.length;
      }
    }
    return 0;
  }

  /**
   * Returns which verbatim string is the first that begins with {@code c} or a higher character.
   */
  private int firstNotBelow(int c) {
    int low = 0;
    int high = verbatim.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (verbatim.get(middle).codePointAt(0) < c) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private AlignedText ended(AlignedText text) {
    int end = text.length();
    while (removeExtraWhitespaces && end > 0 && text.codePoint(end - 1) == space()) {
      end--;
    }
    if (!addDummyPrefix || !whitespaceAsSuffix) {
      return text.slice(0, end);
    }
    AlignedText.Builder out = new AlignedText.Builder(end + 1);
    out.append(text, 0, end);
    int to = end == 0 ? 0 : text.to(end - 1);
    out.append(space(), to, to);
    return out.build();
  }
}
