package dev.kernite.tokenizer.decoder;

import java.util.List;

/** {@code Fuse}: joins everything, so that the next step sees one string. */
public record FuseDecoder() implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    return List.of(String.join("", tokens));
  }
}
