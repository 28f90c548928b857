package dev.kernite.models.masking;

import dev.kernite.models.ModelException;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Tokenizer;
import java.util.Arrays;

/**
 * The special tokens that a tokenizer puts around a text, such as [CLS] and [SEP].
 *
 * @param before ids in front of it
 * @param after ids behind it
 */
public record Frame(int[] before, int[] after) {
  /** The frame of a tokenizer. */
  public static Frame of(Tokenizer tokenizer) {
    Encoding encoded = tokenizer.encode("a");
    int[] added = encoded.specialTokensMask();
    int first = 0;
    while (first < added.length && added[first] == 1) {
      first++;
    }
    int last = added.length;
    while (last > first && added[last - 1] == 1) {
      last--;
    }
    int[] ids = encoded.ids();
    return new Frame(Arrays.copyOf(ids, first), Arrays.copyOfRange(ids, last, ids.length));
  }

  /** Tokens that the frame adds. */
  public int length() {
    return before.length + after.length;
  }

  /** The token between documents: the one that ends a text; -1 if there is none. */
  public int separator() {
    return after.length == 0 ? -1 : after[after.length - 1];
  }

  /**
   * Tokens of a text in a sequence.
   *
   * @param time tokens of the sequence
   * @throws ModelException if none are left
   */
  public int room(int time) {
    if (time <= length()) {
      throw new ModelException(
          "sequences of %d tokens leave no room beside %d special ones; choose a longer --max-length"
              .formatted(time, length()));
    }
    return time - length();
  }

  /** Puts the frame around part of a text. */
  int[] around(int[] tokens, int from, int to) {
    int[] framed = new int[to - from + length()];
    System.arraycopy(before, 0, framed, 0, before.length);
    System.arraycopy(tokens, from, framed, before.length, to - from);
    System.arraycopy(after, 0, framed, before.length + to - from, after.length);
    return framed;
  }
}
