package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.UnicodeForm;

/**
 * {@code NFC}, {@code NFD}, {@code NFKC}, {@code NFKD}.
 *
 * @param form the normalisation form
 */
public record UnicodeNormalizer(UnicodeForm form) implements Normalizer {
  @Override
  public AlignedText normalize(AlignedText text) {
    return form.apply(text);
  }
}
