package dev.kernite.tokenizer;

/**
 * A token that is looked for in the text before the model sees it.
 *
 * @param content the text it stands for
 * @param singleWord whether it must not touch a word character on either side
 * @param lstrip whether it takes the white space on its left
 * @param rstrip whether it takes the white space on its right
 * @param normalized whether it is looked for in the normalised text, in normalised form
 * @param special whether decoding may leave it out
 */
public record AddedToken(
    String content,
    boolean singleWord,
    boolean lstrip,
    boolean rstrip,
    boolean normalized,
    boolean special) {

  /** Returns a special token that is looked for as it is. */
  public static AddedToken special(String content) {
    return new AddedToken(content, false, false, false, false, true);
  }
}
