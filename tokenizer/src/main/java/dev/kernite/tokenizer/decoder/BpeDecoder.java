package dev.kernite.tokenizer.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code BPEDecoder}: the end-of-word suffix becomes a space, nothing at the very end.
 *
 * @param suffix the suffix, usually {@code </w>}
 */
public record BpeDecoder(String suffix) implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      result.add(tokens.get(i).replace(suffix, i == tokens.size() - 1 ? "" : " "));
    }
    return result;
  }
}
