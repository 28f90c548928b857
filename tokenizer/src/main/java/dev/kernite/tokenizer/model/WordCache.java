package dev.kernite.tokenizer.model;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Remembers how words were tokenized. Bounded: a word has one place, by its hash, and replaces what
 * was there. Entries are immutable, so threads share the cache without a lock.
 */
final class WordCache {
  /** Longer words are rare and are not kept. */
  static final int LONGEST = 64;

  private static final int SLOTS = 1 << 14;

  /**
   * A word and its tokens.
   *
   * @param word code points
   * @param ids token ids
   * @param bytes UTF-8 bytes each token covers
   */
  record Entry(int[] word, int[] ids, int[] bytes) {}

  private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(SLOTS);

  /** Returns the entry of the word {@code text[start, end)}, or null. */
  Entry find(int[] text, int start, int end) {
    Entry entry = entries.getAcquire(slot(text, start, end));
    return entry != null && Arrays.equals(entry.word, 0, entry.word.length, text, start, end)
        ? entry
        : null;
  }

  void put(Entry entry) {
    entries.setRelease(slot(entry.word, 0, entry.word.length), entry);
  }

  private static int slot(int[] text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + text[i];
    }
    hash *= 0x9E3779B9;
    return hash >>> 18;
  }
}
