package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.SearchPattern;

/**
 * {@code Replace}: every match of a pattern becomes a fixed string, aligned with the last character
 * of the match.
 *
 * @param pattern what to look for
 * @param content what to put in its place
 */
public record Replace(SearchPattern pattern, String content) implements Normalizer {
  @Override
  public AlignedText normalize(AlignedText text) {
    AlignedText.Builder out = new AlignedText.Builder(text.length());
    int[] copied = {0};
    pattern.find(
        text,
        0,
        text.length(),
        (start, end) -> {
          out.append(text, copied[0], start);
          out.append(content, text, Math.max(end - 1, 0));
          copied[0] = end;
        });
    out.append(text, copied[0], text.length());
    return out.build();
  }
}
