package dev.kernite.tokenizer.decoder;

import java.util.List;

/**
 * {@code Sequence}: one decoder after the other.
 *
 * @param decoders in the order in which they apply
 */
public record DecoderSequence(List<Decoder> decoders) implements Decoder {
  /** Keeps a copy of the list. */
  public DecoderSequence {
    decoders = List.copyOf(decoders);
  }

  @Override
  public List<String> decode(List<String> tokens) {
    List<String> result = tokens;
    for (Decoder decoder : decoders) {
      result = decoder.decode(result);
    }
    return result;
  }
}
