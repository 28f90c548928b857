package dev.kernite.tokenizer.model;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Remembers how words were tokenized. Bounded: a word has one place, by its hash, and replaces what
 * was there. Entries are immutable, so threads share the cache without a lock.
 */
final class WordCache {
  /** Longer words are rare and are not kept. */
  private static final int LONGEST = 64;

  private static final int SLOTS = 1 << 14;

  /**
   * A word and its tokens.
   *
   * @param word code points
   * @param ids token ids
   * @param bytes UTF-8 bytes each token covers
   */
  private record Entry(int[] word, int[] ids, int[] bytes) {}

  /** What words are tokenized by. */
  @FunctionalInterface
  interface Algorithm {
    /** Appends the tokens of the word {@code text[start, end)}. */
    void tokenize(int[] text, int start, int end, ModelTokens out);
  }

  private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(SLOTS);
  private final Algorithm algorithm;

  /** An empty cache before an algorithm. */
  WordCache(Algorithm algorithm) {
    this.algorithm = algorithm;
  }

  /** Appends the tokens of the word {@code text[start, end)}, remembered or computed. */
  void tokenize(int[] text, int start, int end, ModelTokens out) {
    if (end - start > LONGEST) {
      algorithm.tokenize(text, start, end, out);
      return;
    }
    Entry entry = find(text, start, end);
    if (entry == null) {
      ModelTokens tokens = new ModelTokens();
      algorithm.tokenize(text, start, end, tokens);
      int[] word = Arrays.copyOfRange(text, start, end);
      entry = new Entry(word, tokens.ids(), tokens.byteLengths());
      entries.setRelease(slot(text, start, end), entry);
    }
    out.addAll(entry.ids, entry.bytes);
  }

  /** Returns the entry of the word {@code text[start, end)}, or null. */
  private Entry find(int[] text, int start, int end) {
    Entry entry = entries.getAcquire(slot(text, start, end));
    return entry != null && Arrays.equals(entry.word, 0, entry.word.length, text, start, end)
        ? entry
        : null;
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
