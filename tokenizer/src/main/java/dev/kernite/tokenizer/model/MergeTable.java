package dev.kernite.tokenizer.model;

import java.util.Arrays;

/**
 * The merges of a BPE model: a pair of token ids to the rank of its merge and the id it makes. An
 * open-addressing hash table of longs, because this is the innermost look-up of tokenization.
 */
final class MergeTable {
  /** What {@link #find} returns for a pair that never merges. Any merge compares less. */
  static final long NONE = Long.MAX_VALUE;

  private static final long EMPTY = -1;

  private final long[] keys;
  private final long[] values;
  private final int shift;

  MergeTable(int capacity) {
    int bits = Math.max(4, 33 - Integer.numberOfLeadingZeros(Math.max(capacity, 1)));
    keys = new long[1 << bits];
    values = new long[1 << bits];
    shift = 64 - bits;
    Arrays.fill(keys, EMPTY);
  }

  /** Adds a merge; a pair that is listed twice keeps the later rank. */
  void put(int left, int right, int rank, int merged) {
    long key = key(left, right);
    int i = slot(key);
    keys[i] = key;
    values[i] = (long) rank << 32 | merged;
  }

  /** Returns rank and merged id of a pair as one long, for {@link #rank} and {@link #merged}. */
  long find(int left, int right) {
    long key = key(left, right);
    int i = slot(key);
    return keys[i] == key ? values[i] : NONE;
  }

  static int rank(long merge) {
    return (int) (merge >>> 32);
  }

  static int merged(long merge) {
    return (int) merge;
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    long hash = (key ^ key >>> 29) * 0x9E3779B97F4A7C15L;
    int i = (int) (hash >>> shift);
    while (keys[i] != EMPTY && keys[i] != key) {
      i = i + 1 & mask;
    }
    return i;
  }
}
