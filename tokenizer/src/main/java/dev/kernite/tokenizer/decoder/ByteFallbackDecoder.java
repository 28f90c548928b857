package dev.kernite.tokenizer.decoder;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ByteFallback}: a run of tokens {@code <0xNN>} becomes the text that these bytes are in
 * UTF-8, or one U+FFFD for each of them where they are not UTF-8.
 */
public record ByteFallbackDecoder() implements Decoder {
  @Override
  public List<String> decode(List<String> tokens) {
    List<String> result = new ArrayList<>();
    ByteBuffer run = ByteBuffer.allocate(tokens.size());
    for (String token : tokens) {
      int b = byteOf(token);
      if (b >= 0) {
        run.put((byte) b);
      } else {
        flush(run, result);
        result.add(token);
      }
    }
    flush(run, result);
    return result;
  }

  private static void flush(ByteBuffer run, List<String> result) {
    if (run.position() == 0) {
      return;
    }
    run.flip();
    int n = run.limit();
    try {
      result.add(StandardCharsets.UTF_8.newDecoder().decode(run).toString());
    } catch (CharacterCodingException e) {
      for (int i = 0; i < n; i++) {
        result.add("\uFFFD");
      }
    }
    run.clear();
  }

  /** Returns whether {@code token} stands for a byte. */
  public static boolean isByte(String token) {
    return byteOf(token) >= 0;
  }

  /** Returns NN of a token {@code <0xNN>}, or -1 for any other token. */
  static int byteOf(String token) {
    if (token.length() != 6 || !token.startsWith("<0x") || token.charAt(5) != '>') {
      return -1;
    }
    int high = hex(token.charAt(3));
    int low = hex(token.charAt(4));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }
}
