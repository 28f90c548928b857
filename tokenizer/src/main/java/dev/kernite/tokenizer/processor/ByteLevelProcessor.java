package dev.kernite.tokenizer.processor;

import dev.kernite.tokenizer.text.ByteAlphabet;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.List;

/**
 * {@code ByteLevel} as a post-processor: takes the spaces out of the offsets of byte-level tokens.
 * It adds no token.
 *
 * @param addPrefixSpace whether the first token may carry a space that is not in the text
 * @param trimOffsets whether to do anything at all
 * @param useRegex has no effect here
 */
public record ByteLevelProcessor(boolean addPrefixSpace, boolean trimOffsets, boolean useRegex)
    implements PostProcessor {
  private static final int SPACE = ByteAlphabet.character(' ');

  @Override
  public int addedTokens(boolean pair) {
    return 0;
  }

  @Override
  public List<TokenList> process(List<TokenList> parts, boolean pair, boolean addSpecialTokens) {
    if (trimOffsets) {
      parts.forEach(part -> trim(part, addPrefixSpace));
    }
    return parts;
  }

  /** Moves the offsets of {@code list} and of its windows off the spaces of their tokens. */
  static void trim(TokenList list, boolean addPrefixSpace) {
    for (int i = 0; i < list.size(); i++) {
      String token = list.tokens()[i];
      int leading = leadingSpaces(token);
      int trailing = trailingSpaces(token);
      int start = list.starts()[i];
      if (leading == 1 && addPrefixSpace && (i == 0 || start == 0)) {
        leading = 0; // the space that was added: it has no place in the text
      }
      list.starts()[i] = Math.min(start + leading, list.ends()[i]);
      if (list.ends()[i] >= trailing) {
        list.ends()[i] = Math.max(list.ends()[i] - trailing, list.starts()[i]);
      }
    }
    list.overflowing().forEach(window -> trim(window, addPrefixSpace));
  }

  private static int leadingSpaces(String token) {
    int n = 0;
    while (n < token.length() && isSpace(token.charAt(n))) {
      n++;
    }
    return n;
  }

  private static int trailingSpaces(String token) {
    int n = 0;
    while (n < token.length() && isSpace(token.charAt(token.length() - 1 - n))) {
      n++;
    }
    return n;
  }

  private static boolean isSpace(int c) {
    return c == SPACE || CodePoints.isWhitespace(c);
  }
}
