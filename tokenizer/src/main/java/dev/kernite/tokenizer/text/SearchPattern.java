package dev.kernite.tokenizer.text;

import dev.kernite.tokenizer.TokenizerException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pattern out of a {@code tokenizer.json}: a literal string, or a regular expression in the
 * dialect of {@link Oniguruma}. Matching takes bounded time.
 */
public final class SearchPattern {
  /** Takes the matches, from left to right. */
  @FunctionalInterface
  public interface Matches {
    /** Takes the match [start, end). */
    void accept(int start, int end);
  }

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
    return new SearchPattern(expression, true, Oniguruma.compile(expression));
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
    int unit = 0; // in UTF-16, where the last match ended
    int position = from; // the same place in code points
    boolean matched = false;
    try {
      while (matcher.find()) {
        boolean empty = matcher.start() == matcher.end();
        if (empty && (matched && matcher.start() == unit || isInsidePair(piece, matcher.start()))) {
          continue; // nothing right after a match is no match
        }
        int start = position + piece.codePointCount(unit, matcher.start());
        int end = start + piece.codePointCount(matcher.start(), matcher.end());
        matches.accept(start, end);
        matched = true;
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

  private static boolean isInsidePair(String s, int i) {
    return i > 0 && i < s.length() && Character.isSurrogatePair(s.charAt(i - 1), s.charAt(i));
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
