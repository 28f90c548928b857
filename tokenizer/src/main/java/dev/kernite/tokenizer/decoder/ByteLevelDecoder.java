package dev.kernite.tokenizer.decoder;

import dev.kernite.tokenizer.text.ByteAlphabet;
import dev.kernite.tokenizer.text.Utf8Decoder;
import java.util.List;

/**
 * {@code ByteLevel}: characters of the GPT-2 alphabet become bytes, and the bytes, as UTF-8, text.
 */
public record ByteLevelDecoder() implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    Utf8Decoder text = new Utf8Decoder();
    for (String token : tokens) {
      push(token, text);
    }
    text.flush();
    return List.of(text.take());
  }

  /** Gives {@code out} the bytes of one token; a token with a foreign character is plain text. */
  public static void push(String token, Utf8Decoder out) {
    for (int i = 0; i < token.length(); i++) {
      if (ByteAlphabet.byteOf(token.charAt(i)) < 0) {
        out.push(token);
        return;
      }
    }
    for (int i = 0; i < token.length(); i++) {
      out.push(ByteAlphabet.byteOf(token.charAt(i)));
    }
  }
}
