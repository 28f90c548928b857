package dev.kernite.models.metrics.text;

import dev.kernite.models.ModelException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How BLEU cuts a text into tokens, by the names and rules of sacreBLEU 2.6.0. */
public enum BleuTokenizer {
  /** NIST's mteval-v13a, which WMT uses: cuts off ASCII punctuation, but not inside numbers. */
  V13A("13a") {
    @Override
    String separate(String line) {
      String text =
          line.replace("<skipped>", "")
              .replace("-\n", "")
              .replace("\n", " ")
              .replace("&quot;", "\"")
              .replace("&amp;", "&")
              .replace("&lt;", "<")
              .replace("&gt;", ">");
      text = ASCII_SYMBOL.matcher(" " + text + " ").replaceAll(" $1 ");
      text = PERIOD_AFTER_NO_DIGIT.matcher(text).replaceAll("$1 $2 ");
      text = PERIOD_BEFORE_NO_DIGIT.matcher(text).replaceAll(" $1 $2");
      return DASH_AFTER_DIGIT.matcher(text).replaceAll("$1 $2 ");
    }
  },

  /** NIST's mteval-v14, international: cuts off all of Unicode's punctuation and symbols. */
  INTL("intl") {
    @Override
    String separate(String line) {
      String text = PUNCTUATION_AFTER_NO_NUMBER.matcher(line).replaceAll("$1 $2 ");
      text = PUNCTUATION_BEFORE_NO_NUMBER.matcher(text).replaceAll(" $1 $2");
      return SYMBOL.matcher(text).replaceAll(" $0 ");
    }
  },

  /** Every character (code point) is a token. */
  CHAR("char") {
    @Override
    String separate(String line) {
      return line.codePoints().mapToObj(Character::toString).collect(Collectors.joining(" "));
    }
  },

  /** The text has been cut already; tokens stand between white space. */
  NONE("none") {
    @Override
    String separate(String line) {
      return line;
    }
  };

  /** All ASCII symbols but apostrophe, comma, hyphen and period. */
  private static final Pattern ASCII_SYMBOL = Pattern.compile("([{-~\\[-` -&(-+:-@/])");

  private static final Pattern PERIOD_AFTER_NO_DIGIT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern PERIOD_BEFORE_NO_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");
  private static final Pattern PUNCTUATION_AFTER_NO_NUMBER = Pattern.compile("(\\P{N})(\\p{P})");
  private static final Pattern PUNCTUATION_BEFORE_NO_NUMBER = Pattern.compile("(\\p{P})(\\P{N})");
  private static final Pattern SYMBOL = Pattern.compile("\\p{S}");

  private final String published;

  BleuTokenizer(String published) {
    this.published = published;
  }

  /**
   * The tokenizer of that name.
   *
   * @param name 13a, intl, char or none
   */
  public static BleuTokenizer of(String name) {
    return Arrays.stream(values())
        .filter(t -> t.published.equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    "there is no BLEU tokenizer '"
                        + name
                        + "'; take one of 13a, intl, char, none"));
  }

  /** The tokens of a text; none if there is but white space. */
  public List<String> tokens(String text) {
    return WhiteSpace.split(separate(WhiteSpace.stripTrailing(text)));
  }

  /** Puts white space between tokens. */
  abstract String separate(String line);

  /** The name as in sacreBLEU. */
  @Override
  public String toString() {
    return published;
  }
}
