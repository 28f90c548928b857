package dev.kernite.tokenizer.text;

import dev.kernite.tokenizer.TokenizerException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A pattern out of a {@code tokenizer.json}: a literal string, or a regular expression in the
 * dialect of Oniguruma (Ruby). The JDK's dialect agrees with it on what tokenizers use; where the
 * two would silently disagree the expression is refused. Matching takes bounded time.
 */
public final class SearchPattern {
  /** Takes the matches, from left to right. */
  @FunctionalInterface
  public interface Matches {
    /** Takes the match [start, end). */
    void accept(int start, int end);
  }

  /** What means one thing to Oniguruma and another, or nothing, to the JDK. */
  private static final Pattern FOREIGN =
      Pattern.compile(
          "(?<!\\\\)(?:\\\\\\\\)*"
              + "(?:\\\\[hHKRXOyYgG]|\\{\\d*,?\\d*\\}\\+|\\(\\?[a-zA-Z]*[lmdsuUy~@]|\\[\\[:)");

  /** In Oniguruma ^ and $ stand for the ends of lines, and a line ends with \n alone. */
  private static final int FLAGS =
      Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE | Pattern.UNIX_LINES;

  private final String source;
  private final boolean regex;
  private final Pattern pattern;

  private SearchPattern(String source, boolean regex, Pattern pattern) {
    this.source = source;
    this.regex = regex;
    this.pattern = pattern;
  }

  /** Returns the pattern that matches {@code text} itself. */
  public static SearchPattern literal(String text) {
    return new SearchPattern(text, false, Pattern.compile(text, Pattern.LITERAL));
  }

  /**
   * Returns the pattern of a regular expression.
   *
   * @throws TokenizerException if it is malformed or would mean something else here
   */
  public static SearchPattern regex(String expression) {
    Matcher foreign = FOREIGN.matcher(expression);
    if (foreign.find()) {
      throw new TokenizerException(
          "the regular expression \"%s\" uses \"%s\", which is not supported"
              .formatted(expression, foreign.group()));
    }
    try {
      return new SearchPattern(
          expression, true, Pattern.compile(expression, FLAGS));
    } catch (PatternSyntaxException | StackOverflowError e) {
      String why = e instanceof PatternSyntaxException p ? p.getDescription() : "nested too deep";
      throw new TokenizerException(
          "the regular expression \"%s\" cannot be read: %s".formatted(expression, why), e);
    }
  }

  /** Returns the string or expression as it was given. */
  public String source() {
    return source;
  }

  /** Returns whether this is a regular expression. */
  public boolean isRegex() {
    return regex;
  }

  /**
   * Finds all matches in code points {@code from} to {@code to} of {@code text}; what is outside
   * does not exist for the pattern.
   *
   * @throws TokenizerException if the expression takes too long or too much stack
   */
  public void find(AlignedText text, int from, int to, Matches matches) {
    String piece = text.string(from, to);
    Matcher matcher = pattern.matcher(new Metered(piece));
    int unit = 0;
    int position = from;
    try {
      while (matcher.find()) {
        int start = position + piece.codePointCount(unit, matcher.start());
        int end = start + piece.codePointCount(matcher.start(), matcher.end());
        matches.accept(start, end);
        unit = matcher.end();
        position = end;
      }
    } catch (StackOverflowError e) {
      throw new TokenizerException(
          "the regular expression \"%s\" needs too much stack on a text of %d characters"
              .formatted(source, to - from),
          e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SearchPattern p && p.regex == regex && p.source.equals(source);
  }

  @Override
  public int hashCode() {
    return Objects.hash(source, regex);
  }

  @Override
  public String toString() {
    return regex ? "/" + source + "/" : "\"" + source + "\"";
  }

  /** A text that can be read a bounded number of times: a backtracking matcher has to give up. */
  private final class Metered implements CharSequence {
    private final String text;
    private long reads;

    Metered(String text) {
      this.text = text;
      this.reads = 1_000_000 + 2_000L * text.length();
    }

    @Override
    public char charAt(int index) {
      if (--reads < 0) {
        throw new TokenizerException(
            "the regular expression \"%s\" backtracks too much on a text of %d characters"
                .formatted(source, text.length()));
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
