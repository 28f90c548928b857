package dev.kernite.tokenizer.text;

import dev.kernite.tokenizer.TokenizerException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Regular expressions in the dialect of the tokenizers library, Oniguruma with the syntax of Ruby,
 * for the JDK. The two agree on what tokenizers use, but for word characters, which are rewritten
 * here; where they would silently disagree, the expression is refused.
 */
final class Oniguruma {
  /** What means one thing to Oniguruma and another, or nothing, to the JDK. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "(?<!\\\\)(?:\\\\\\\\)*"
              + "(?:\\\\[hHKRXOyYgG]|\\{\\d*,?\\d*\\}\\+|\\(\\?[a-zA-Z]*[lmdsuUy~@]|\\[\\[:)");

  /** In Oniguruma ^ and $ stand for the ends of lines, and a line ends with \n alone. */
  private static final int FLAGS =
      Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  /**
   * Oniguruma counts Latin-1 superscripts and fractions as word characters, joiners not. U+10FFFF
   * is none for either: it stands here because the JDK looks behind by code points only if the
   * expression has one beyond U+FFFF.
   */
  private static final String WORD =
      "[\\w²³¹¼½¾&&[^\\u200C\\u200D" + Character.toString(Character.MAX_CODE_POINT) + "]]";

  private static final String NO_WORD = "[[^\\w²³¹¼½¾]\\u200C\\u200D]";

  private Oniguruma() {}

  /**
   * Compiles an expression.
   *
   * @throws TokenizerException if it is malformed or would mean something else to the JDK
   */
  static Pattern compile(String expression) {
    Matcher foreign = FOREIGN.matcher(expression);
    if (foreign.find()) {
      throw new TokenizerException(
          "the regular expression \"%s\" uses \"%s\", which is not supported"
              .formatted(expression, foreign.group()));
    }
    try {
      return Pattern.compile(translated(expression), FLAGS);
    } catch (PatternSyntaxException | StackOverflowError e) {
      String why = e instanceof PatternSyntaxException p ? p.getDescription() : "nested too deep";
      throw new TokenizerException(
          "the regular expression \"%s\" cannot be read: %s".formatted(expression, why), e);
    }
  }

  /** Rewrites \w, \W and, outside of brackets, \b and \B. */
  private static String translated(String expression) {
    StringBuilder out = new StringBuilder();
    int brackets = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\\' && i + 1 < expression.length()) {
        out.append(translated(expression.charAt(++i), brackets > 0));
        continue;
      }
      brackets += c == '[' ? 1 : c == ']' && brackets > 0 ? -1 : 0;
      out.append(c);
    }
    return out.toString();
  }

  private static String translated(char escaped, boolean inBrackets) {
    if (!inBrackets && escaped == 'b') {
      return "(?:(?<=%1$s)(?!%1$s)|(?<!%1$s)(?=%1$s))".formatted(WORD);
    }
    if (!inBrackets && escaped == 'B') {
      return "(?:(?<=%1$s)(?=%1$s)|(?<!%1$s)(?!%1$s))".formatted(WORD);
    }
    return switch (escaped) {
      case 'w' -> WORD;
      case 'W' -> NO_WORD;
      default -> "\\" + escaped;
    };
  }
}
