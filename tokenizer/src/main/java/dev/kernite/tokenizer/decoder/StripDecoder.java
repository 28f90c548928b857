package dev.kernite.tokenizer.decoder;

import dev.kernite.tokenizer.text.CodePoints;
import java.util.List;

/**
 * {@code Strip}: takes a character off the ends of each string.
 *
 * @param codePoint the character
 * @param start how often at most at the beginning
 * @param stop how often at most at the end
 */
public record StripDecoder(int codePoint, int start, int stop) implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    return tokens.stream().map(this::strip).toList();
  }

  private String strip(String token) {
    int[] text = CodePoints.of(token);
    int from = 0;
    while (from < Math.min(start, text.length) && text[from] == codePoint) {
      from++;
    }
    int to = text.length;
    while (to > from && text.length - to < stop && text[to - 1] == codePoint) {
      to--;
    }
    return new String(text, from, to - from);
  }
}
