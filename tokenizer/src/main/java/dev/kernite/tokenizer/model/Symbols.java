package dev.kernite.tokenizer.model;

import java.util.Arrays;

/**
 * A word while it is being merged: symbols (token ids) that join pairwise, always the pair of the
 * lowest rank, the leftmost of those. A short word is scanned for it; a long one, where scanning
 * would take quadratic time, keeps its pairs in a heap over a linked list: O(n log n).
 */
final class Symbols {
  private static final int SCANNED = 24; // longer words go through the heap

  private int[] ids;
  private int[] bytes;
  private int size;

  Symbols(int capacity) {
    ids = new int[Math.max(capacity, 4)];
    bytes = new int[ids.length];
  }

  void add(int id, int byteLength) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
      bytes = Arrays.copyOf(bytes, size * 2);
    }
    ids[size] = id;
    bytes[size++] = byteLength;
  }

  int[] ids() {
    return Arrays.copyOf(ids, size);
  }

  int[] bytes() {
    return Arrays.copyOf(bytes, size);
  }

  void copyTo(ModelTokens out) {
    for (int i = 0; i < size; i++) {
      out.add(ids[i], bytes[i]);
    }
  }

  /** Merges until no pair of neighbours is in {@code merges}. */
  void merge(MergeTable merges) {
    if (size <= SCANNED) {
      mergeByScanning(merges);
    } else {
      mergeByHeap(merges);
    }
  }

  private void mergeByScanning(MergeTable merges) {
    long[] pair = new long[size]; // pair[i]: the merge of symbols i and i + 1
    for (int i = 0; i + 1 < size; i++) {
      pair[i] = merges.find(ids[i], ids[i + 1]);
    }
    while (size > 1) {
      int best = 0;
      for (int i = 1; i + 1 < size; i++) {
        if (MergeTable.rank(pair[i]) < MergeTable.rank(pair[best])) {
          best = i;
        }
      }
      if (pair[best] == MergeTable.NONE) {
        return;
      }
      ids[best] = MergeTable.merged(pair[best]);
      bytes[best] += bytes[best + 1];
      size--;
      System.arraycopy(ids, best + 2, ids, best + 1, size - best - 1);
      System.arraycopy(bytes, best + 2, bytes, best + 1, size - best - 1);
      System.arraycopy(pair, best + 2, pair, best + 1, Math.max(0, size - best - 2));
      if (best > 0) {
        pair[best - 1] = merges.find(ids[best - 1], ids[best]);
      }
      if (best + 1 < size) {
        pair[best] = merges.find(ids[best], ids[best + 1]);
      }
    }
  }

  private void mergeByHeap(MergeTable merges) {
    int[] previous = new int[size];
    int[] next = new int[size];
    LongHeap heap = new LongHeap(size); // rank in the upper half, position in the lower
    for (int i = 0; i < size; i++) {
      previous[i] = i - 1;
      next[i] = i + 1;
    }
    for (int i = 0; i + 1 < size; i++) {
      push(heap, merges.find(ids[i], ids[i + 1]), i);
    }
    while (!heap.isEmpty()) {
      long top = heap.pop();
      int i = (int) top;
      int right = next[i]; // -1: i was merged away
      if (right < 0 || right >= size) {
        continue;
      }
      long merge = merges.find(ids[i], ids[right]);
      if (merge == MergeTable.NONE || MergeTable.rank(merge) != (int) (top >>> 32)) {
        continue; // the pair changed since it was pushed
      }
      ids[i] = MergeTable.merged(merge);
      bytes[i] += bytes[right];
      next[i] = next[right];
      next[right] = -1;
      if (next[i] < size) {
        previous[next[i]] = i;
        push(heap, merges.find(ids[i], ids[next[i]]), i);
      }
      if (previous[i] >= 0) {
        push(heap, merges.find(ids[previous[i]], ids[i]), previous[i]);
      }
    }
    int kept = 0;
    for (int i = 0; i < size; i = next[i]) {
      ids[kept] = ids[i];
      bytes[kept++] = bytes[i];
    }
    size = kept;
  }

  private static void push(LongHeap heap, long merge, int position) {
    if (merge != MergeTable.NONE) {
      heap.push((long) MergeTable.rank(merge) << 32 | position);
    }
  }
}
