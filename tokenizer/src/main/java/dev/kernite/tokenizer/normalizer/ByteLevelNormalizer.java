package dev.kernite.tokenizer.normalizer;

import dev.kernite.tokenizer.text.AlignedText;
import dev.kernite.tokenizer.text.ByteAlphabet;

/** {@code ByteLevel} as a normalizer: bytes as characters of the GPT-2 alphabet, before the cut. */
public record ByteLevelNormalizer() implements Normalizer {
  @Override
  public AlignedText normalize(AlignedText text) {
    AlignedText.Builder out = new AlignedText.Builder(text.length() + 8);
    ByteAlphabet.append(text, 0, text.length(), out);
    return out.build();
  }
}
