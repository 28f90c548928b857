package dev.kernite.tokenizer.pretokenizer;

import static dev.kernite.tokenizer.text.CharClass.LETTER;
import static dev.kernite.tokenizer.text.CharClass.NUMBER;
import static dev.kernite.tokenizer.text.CharClass.OTHER;
import static dev.kernite.tokenizer.text.CharClass.SPACE;

import dev.kernite.tokenizer.text.CharClass;

/** The words of GPT-2 (Radford et al. 2019), and of the encodings r50k_base and p50k_base. */
public record Gpt2Scanner() implements WordScanner {
  /** The expression that this scanner stands for. */
  public static final String EXPRESSION =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  @Override
  public int wordEnd(byte[] text, int start, int end) {
    byte first = text[start];
    int body = first == ' ' && start + 1 < end ? start + 1 : start;
    if (CharClass.is(text[body], LETTER)) {
      return CharClass.lettersEnd(text, body, end);
    }
    if (CharClass.is(text[body], SPACE)) {
      int i = CharClass.runEnd(text, start, end, SPACE);
      // \s+(?!\S) leaves the last space to the word after it, unless it is the only one.
      return i == end || i == start + 1 ? i : i - 1;
    }
    int contraction = Contraction.end(text, start, end, false);
    if (contraction > start) {
      return contraction;
    }
    return CharClass.runEnd(text, body, end, CharClass.is(text[body], NUMBER) ? NUMBER : OTHER);
  }
}
