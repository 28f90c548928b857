package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import java.util.List;

/**
 * {@code Sequence}: one normalizer after the other.
 *
 * @param normalizers in the order in which they apply
 */
public record NormalizerSequence(List<Normalizer> normalizers) implements Normalizer {
  /** Keeps a copy of the list. */
  public NormalizerSequence {
    normalizers = List.copyOf(normalizers);
  }

  @Override
  public AlignedText normalize(AlignedText text) {
    AlignedText result = text;
    for (Normalizer normalizer : normalizers) {
      result = normalizer.normalize(result);
    }
    return result;
  }
}
