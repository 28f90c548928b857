package dev.kernite.tokenizer.decoder;

import dev.kernite.tokenizer.normalizer.Replace;
import dev.kernite.tokenizer.text.AlignedText;
import java.util.List;

/**
 * {@code Replace}: replaces what matches in each string.
 *
 * @param replace what by what
 */
public record ReplaceDecoder(Replace replace) implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    return tokens.stream()
        .map(t -> t.isEmpty() ? t : replace.normalize(AlignedText.of(t)).toString())
        .toList();
  }
}
