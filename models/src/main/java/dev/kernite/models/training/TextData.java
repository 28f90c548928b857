package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A text as tokens, in a part to learn from and a part held out.
 *
 * @param training the whole part to learn from, an end-of-text token behind each piece
 * @param heldOut the pieces held out, an end-of-text token before each; empty if there are none
 * @param heldOutBytes length of those pieces in UTF-8
 */
public record TextData(int[] training, List<int[]> heldOut, long heldOutBytes) {
  /** Without blocks held out the size does not matter: neighbours are one piece. */
  private static final long WHOLE_BLOCK_BYTES = 1 << 26;

  /**
   * Reads a text file.
   *
   * @param file UTF-8 text, or JSON lines with a {@code text} each when its name ends in .jsonl
   * @param encode token ids of a text, without special tokens
   * @param endOfText the token between pieces, or -1 for none; without it the first token of a
   *     held-out piece is not scored
   * @param blockBytes size of the blocks a text file is cut in; a document of JSON lines is a block
   * @param every which block of how many is held out; 0 holds out none
   */
  public static TextData read(
      Path file, Function<String, int[]> encode, int endOfText, long blockBytes, int every) {
    Collector all = new Collector(encode, endOfText);
    if (isJsonLines(file)) {
      long document = 0;
      for (String text : JsonLines.texts(file)) {
        document++;
        all.add(text, every != 0 && document % every == 0);
      }
    } else {
      try (TextSplit split = TextSplit.open(file, blockBytes, every)) {
        split.training().forEach(span -> all.add(split.text(span), false));
        split.validation().forEach(span -> all.add(split.text(span), true));
      }
    }
    if (all.length < 2) {
      throw new ModelException(file + ": holds no text to train on");
    }
    return all.data();
  }

  /** Reads a text file of which all is held out; a whole text file is one piece. */
  public static TextData heldOut(Path file, Function<String, int[]> encode, int endOfText) {
    Collector all = new Collector(encode, endOfText);
    if (isJsonLines(file)) {
      JsonLines.texts(file).forEach(text -> all.add(text, true));
    } else {
      try (TextSplit whole = TextSplit.open(file, WHOLE_BLOCK_BYTES, 0)) {
        whole.training().forEach(span -> all.add(whole.text(span), true));
      }
    }
    return all.data();
  }

  static boolean isJsonLines(Path file) {
    return file.toString().endsWith(".jsonl");
  }

  /** Held-out text as it is scored: with an end-of-text token before it, if there is one. */
  static int[] piece(int[] ids, int endOfText) {
    if (endOfText < 0) {
      return ids;
    }
    int[] piece = new int[ids.length + 1];
    piece[0] = endOfText;
    System.arraycopy(ids, 0, piece, 1, ids.length);
    return piece;
  }

  private static final class Collector {
    private final Function<String, int[]> encode;
    private final int endOfText;
    private int[] training = new int[1 << 16];
    private int length;
    private final List<int[]> heldOut = new ArrayList<>();
    private long heldOutBytes;

    Collector(Function<String, int[]> encode, int endOfText) {
      this.encode = encode;
      this.endOfText = endOfText;
    }

    TextData data() {
      return new TextData(Arrays.copyOf(training, length), List.copyOf(heldOut), heldOutBytes);
    }

    void add(String text, boolean hold) {
      int[] ids = encode.apply(text);
      if (hold) {
        heldOut.add(piece(ids, endOfText));
        heldOutBytes += text.getBytes(StandardCharsets.UTF_8).length;
        return;
      }
      int extra = endOfText < 0 ? 0 : 1;
      int needed = Math.addExact(length, ids.length + extra);
      if (needed > training.length) {
        training = Arrays.copyOf(training, (int) Math.min(2L * needed, Integer.MAX_VALUE - 8));
      }
      System.arraycopy(ids, 0, training, length, ids.length);
      if (extra > 0) {
        training[needed - 1] = endOfText;
      }
      length = needed;
    }
  }
}
