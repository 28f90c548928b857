package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.text.CodePoints;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** The tokens {@code <0xNN>} of a vocabulary, which stand for single bytes. */
final class ByteTokens {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final int[] ids = new int[256];

  ByteTokens(Vocabulary vocabulary) {
    for (int b = 0; b < 256; b++) {
      ids[b] = vocabulary.id("<0x" + HEX.toHexDigits((byte) b) + ">");
    }
  }

  /** Returns the token of a byte, or {@link Vocabulary#NONE}. */
  int id(byte b) {
    return ids[b & 0xFF];
  }

  /**
   * Appends the tokens of the bytes of {@code text[start, end)}, which all stand for the whole of
   * it. Appends nothing and returns false where one of the tokens is missing.
   */
  boolean addTo(ModelTokens out, int[] text, int start, int end) {
    byte[] bytes = new String(text, start, end - start).getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      if (id(b) == Vocabulary.NONE) {
        return false;
      }
    }
    for (int i = 0; i < bytes.length; i++) {
      out.add(id(bytes[i]), i < bytes.length - 1 ? 0 : CodePoints.utf8Length(text, start, end));
    }
    return true;
  }
}
