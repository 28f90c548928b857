package dev.kernite.tokenizer.pretokenizer;

import static dev.kernite.tokenizer.text.CharClass.LETTER;
import static dev.kernite.tokenizer.text.CharClass.LOWER;
import static dev.kernite.tokenizer.text.CharClass.NEWLINE;
import static dev.kernite.tokenizer.text.CharClass.NUMBER;
import static dev.kernite.tokenizer.text.CharClass.OTHER;
import static dev.kernite.tokenizer.text.CharClass.UPPER;

import dev.kernite.tokenizer.text.CharClass;

/**
 * The words of the encoding o200k_base (GPT-4o and later), which end where a capital begins one.
 */
public record O200kScanner() implements WordScanner {
  private static final String UPPERS = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWERS = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final String AFTER = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";

  /** The expression that this scanner stands for. */
  public static final String EXPRESSION =
      (BEFORE + UPPERS + "*" + LOWERS + "+" + AFTER)
          + ("|" + BEFORE + UPPERS + "+" + LOWERS + "*" + AFTER)
          + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @Override
  public int wordEnd(byte[] text, int start, int end) {
    int word = letters(text, start, end);
    if (word > start) {
      return Math.max(word, Contraction.end(text, word, end, true));
    }
    byte first = text[start];
    if (CharClass.is(first, NUMBER)) {
      return CharClass.runEnd(text, start, Math.min(end, start + 3), NUMBER);
    }
    int body = first == ' ' && start + 1 < end ? start + 1 : start;
    if (CharClass.is(text[body], OTHER)) {
      int i = CharClass.runEnd(text, body, end, OTHER);
      while (i < end && (text[i] == '/' || CharClass.is(text[i], NEWLINE))) {
        i++;
      }
      return i;
    }
    return Cl100kScanner.spacesEnd(text, start, end, false);
  }

  /** The first two alternatives, without what may come after; {@code start} where neither does. */
  private static int letters(byte[] text, int start, int end) {
    boolean before = !CharClass.is(text[start], LETTER | NUMBER | NEWLINE);
    int body = before ? start + 1 : start;
    int upperEnd = CharClass.runEnd(text, body, end, UPPER);
    int i = lowerEnd(text, body, upperEnd, end);
    if (i > body) {
      return i;
    }
    if (before) { // what came before may itself be a mark that the word begins with
      i = lowerEnd(text, start, CharClass.runEnd(text, start, end, UPPER), end);
      if (i > start) {
        return i;
      }
    }
    return upperEnd > body ? upperEnd : start;
  }

  /**
   * Returns where {@code UPPER* LOWER+} ends, or {@code start}. The first run takes all it can, to
   * {@code upperEnd}, and gives back only what the second needs: its last character that is both.
   */
  private static int lowerEnd(byte[] text, int start, int upperEnd, int end) {
    int i = CharClass.runEnd(text, upperEnd, end, LOWER);
    if (i > upperEnd) {
      return i;
    }
    while (i > start && !CharClass.is(text[i - 1], LOWER)) {
      i--;
    }
    return i;
  }
}
