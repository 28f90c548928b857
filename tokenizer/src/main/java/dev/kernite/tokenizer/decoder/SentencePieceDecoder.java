package dev.kernite.tokenizer.decoder;

import dev.kernite.tokenizer.normalizer.SentencePieceNormalizer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * What SentencePiece makes of pieces: U+2581 becomes a space, but for the one that was put before
 * the text; control pieces are nothing; bytes become the characters that they are in UTF-8, each
 * byte that is part of none U+FFFD.
 *
 * @param unkPiece the unknown piece
 * @param unkSurface what it becomes
 * @param control the control pieces
 * @param addDummyPrefix whether a space was put before the text
 * @param removeExtraWhitespaces whether the text can have begun with no space at all
 * @param byteFallback whether pieces {@code <0xNN>} are bytes
 */
public record SentencePieceDecoder(
    String unkPiece,
    String unkSurface,
    Set<String> control,
    boolean addDummyPrefix,
    boolean removeExtraWhitespaces,
    boolean byteFallback)
    implements Decoder {
  private static final String SPACE = Character.toString(SentencePieceNormalizer.SPACE);
  private static final int LONGEST_CHARACTER = 4; // bytes

  /** Keeps a copy of the set. */
  public SentencePieceDecoder {
    control = Set.copyOf(control);
  }

  @Override
  public List<String> decode(List<String> pieces) {
    StringBuilder text = new StringBuilder();
    ByteBuffer bytes = ByteBuffer.allocate(pieces.size());
    boolean atStart = true; // whether a space that comes now was put before the text
    boolean tookSpace = false;
    for (String piece : pieces) {
      int b = byteFallback ? ByteFallbackDecoder.byteOf(piece) : -1;
      if (b >= 0) {
        bytes.put((byte) b);
        continue;
      }
      flush(bytes, text);
      atStart &= !tookSpace && text.isEmpty();
      tookSpace = false;
      if (piece.equals(unkPiece)) {
        text.append(unkSurface);
      } else if (!control.contains(piece)) {
        String rest = piece;
        if (atStart && (addDummyPrefix || removeExtraWhitespaces) && piece.startsWith(SPACE)) {
          rest = piece.substring(SPACE.length());
          tookSpace = !removeExtraWhitespaces; // else all spaces at the start go
        }
        text.append(rest.replace(SPACE, " "));
      }
    }
    flush(bytes, text);
    return List.of(text.toString());
  }

  private static void flush(ByteBuffer bytes, StringBuilder text) {
    bytes.flip();
    while (bytes.hasRemaining()) {
      int start = bytes.position();
      String character = null;
      for (int n = 1; n <= Math.min(LONGEST_CHARACTER, bytes.remaining()); n++) {
        try {
          character = StandardCharsets.UTF_8.newDecoder().decode(bytes.slice(start, n)).toString();
          bytes.position(start + n);
          break;
        } catch (CharacterCodingException e) {
          character = null; // more bytes may make it one
        }
      }
      if (character == null) {
        bytes.position(start + 1);
      }
      text.append(character == null ? "\uFFFD" : character);
    }
    bytes.clear();
  }
}
