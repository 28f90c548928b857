package dev.kernite.tokenizer;

import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.text.ByteAlphabet;
import java.util.Arrays;

/**
 * The short tokens of a byte-level vocabulary, found by their bytes: most words of a text are one
 * token, and this tells it in one memory access. Open addressing over one array, four longs a slot:
 * the bytes, the other bytes with the length, the id. Tokens go in by id, so that the frequent
 * ones, which have low ids, are where their hash says.
 *
 * <p>That a word is a token does not say that the model makes it one, because merges may never lead
 * there. An id therefore begins in doubt, until the model was asked. Threads that race write the
 * same answer, and only the upper half of a long changes, so none can read a mixture.
 */
final class TokenTable {
  /** The longest tokens kept, in bytes: two longs less a byte for the length. */
  static final int LONGEST = 15;

  /** What {@link #find} returns for bytes that are no token, or that the model cuts. */
  static final int NONE = -1;

  /** What {@link #find} returns for a token that the model has not been asked about. */
  static final int IN_DOUBT = -2;

  private static final int STRIDE = 4;
  private static final long DOUBT = 1L << 32;
  private static final long REFUTED = 2L << 32;

  private final long[] slots; // low bytes; high bytes and length, 0 if empty; id and flag; -
  private final int shift;

  /**
   * Creates the table.
   *
   * @param vocabulary tokens in the byte alphabet
   * @param certain whether the model makes every word that is a token that token
   */
  TokenTable(Vocabulary vocabulary, boolean certain) {
    int[] ids = vocabulary.ids().values().stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(ids);
    int bits = 33 - Integer.numberOfLeadingZeros(Math.max(ids.length, 8));
    slots = new long[STRIDE << bits];
    shift = 64 - bits;
    for (int id : ids) {
      put(vocabulary.token(id), certain ? id : id | DOUBT);
    }
  }

  /** Adds a token if it is a short string of bytes. */
  private void put(String token, long value) {
    int length = token.length();
    if (length > LONGEST || length == 0) {
      return;
    }
    long low = 0;
    long high = (long) length << 56;
    for (int i = 0; i < length; i++) {
      long b = ByteAlphabet.byteOf(token.charAt(i));
      if (b < 0) {
        return; // no byte: a token that stands beside the bytes
      }
      low |= i < 8 ? b << 8 * i : 0;
      high |= i < 8 ? 0 : b << 8 * i - 64;
    }
    int slot = slot(low, high);
    slots[slot] = low;
    slots[slot + 1] = high;
    slots[slot + 2] = value;
  }

  /**
   * Returns the id of the token of some bytes, or {@link #NONE} or {@link #IN_DOUBT}.
   *
   * @param low the first eight bytes, the first one lowest
   * @param high the others, and the length in the highest byte
   */
  int find(long low, long high) {
    int slot = slot(low, high);
    long value = slots[slot + 1] == 0 ? REFUTED : slots[slot + 2];
    if (value < DOUBT) {
      return (int) value;
    }
    return value < REFUTED ? IN_DOUBT : NONE;
  }

  /** Ends the doubt about some bytes: whether the model makes them one token. */
  void settle(long low, long high, boolean oneToken) {
    int slot = slot(low, high);
    slots[slot + 2] = (int) slots[slot + 2] | (oneToken ? 0 : REFUTED);
  }

  /** The slot of some bytes, or the empty one where they would go. */
  private int slot(long low, long high) {
    long hash = (low ^ Long.rotateLeft(high, 31)) * 0x9E3779B97F4A7C15L;
    int slot = (int) ((hash ^ hash >>> 29) * 0xBF58476D1CE4E5B9L >>> shift) * STRIDE;
    while (slots[slot + 1] != 0 && (slots[slot] != low || slots[slot + 1] != high)) {
      slot = slot + STRIDE & slots.length - 1;
    }
    return slot;
  }
}
