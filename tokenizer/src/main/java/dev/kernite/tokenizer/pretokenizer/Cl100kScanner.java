package dev.kernite.tokenizer.pretokenizer;

import static dev.kernite.tokenizer.text.CharClass.LETTER;
import static dev.kernite.tokenizer.text.CharClass.NEWLINE;
import static dev.kernite.tokenizer.text.CharClass.NUMBER;
import static dev.kernite.tokenizer.text.CharClass.OTHER;
import static dev.kernite.tokenizer.text.CharClass.SPACE;

import dev.kernite.tokenizer.text.CharClass;

/**
 * The words of the encoding cl100k_base (GPT-3.5 and 4; Llama 3 too). Since version 0.8 tiktoken
 * takes white space at the end of the text as one word; before, and in the files of others, a line
 * break in it ends a word.
 *
 * @param trailingSpaceIsWhole whether white space at the end of the text is one word
 */
public record Cl100kScanner(boolean trailingSpaceIsWhole) implements WordScanner {
  private static final String WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";
  private static final String SPACES = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /** The expression of tiktoken 0.8 and later, without its possessive quantifiers. */
  public static final String EXPRESSION = WORDS + "|\\s+\\z" + SPACES;

  /** The expression as it was first published. */
  public static final String FIRST_EXPRESSION = WORDS + SPACES;

  @Override
  public int wordEnd(byte[] text, int start, int end) {
    byte first = text[start];
    int contraction = Contraction.end(text, start, end, true);
    if (contraction > start) {
      return contraction;
    }
    if (CharClass.is(first, LETTER)) {
      return CharClass.lettersEnd(text, start, end);
    }
    if (CharClass.is(first, NUMBER)) {
      return CharClass.runEnd(text, start, Math.min(end, start + 3), NUMBER);
    }
    if (!CharClass.is(first, NEWLINE) && start + 1 < end && CharClass.is(text[start + 1], LETTER)) {
      return CharClass.lettersEnd(text, start + 1, end);
    }
    int body = first == ' ' && start + 1 < end ? start + 1 : start;
    if (CharClass.is(text[body], OTHER)) {
      int i = CharClass.runEnd(text, body, end, OTHER);
      return CharClass.runEnd(text, i, end, NEWLINE);
    }
    return spacesEnd(text, start, end, trailingSpaceIsWhole);
  }

  /**
   * Returns where {@code \s*[\r\n]+|\s+(?!\S)|\s+} ends, or with {@code whole} {@code \s+\z}
   * before.
   */
  static int spacesEnd(byte[] text, int start, int end, boolean whole) {
    int i = CharClass.runEnd(text, start, end, SPACE);
    if (whole && i == end) {
      return i;
    }
    for (int line = i; line > start; line--) {
      if (CharClass.is(text[line - 1], NEWLINE)) {
        return line;
      }
    }
    return i == end || i == start + 1 ? i : i - 1;
  }
}
