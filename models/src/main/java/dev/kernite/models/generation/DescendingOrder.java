package dev.kernite.models.generation;

/**
 * Tokens by falling key, found one at a time: a binary heap, so reading the first k of n costs O(n
 * + k log n) instead of a full sort. Equal keys come by rising token. Tokens with key -infinity are
 * left out. What was taken moves behind the heap, so what was not taken stays enumerable.
 */
final class DescendingOrder {
  private final int[] heap;
  private float[] keys = {};
  private int size;

  DescendingOrder(int capacity) {
    heap = new int[capacity];
  }

  /** Starts over with one key a token; the array is read, not copied, until the next reset. */
  DescendingOrder reset(float[] tokenKeys) {
    keys = tokenKeys;
    size = 0;
    for (int token = 0; token < tokenKeys.length; token++) {
      if (tokenKeys[token] != Float.NEGATIVE_INFINITY) {
        heap[size++] = token;
      }
    }
    for (int node = size / 2 - 1; node >= 0; node--) {
      siftDown(node);
    }
    return this;
  }

  /** Number of tokens not yet taken. */
  int size() {
    return size;
  }

  /** The token that {@link #take} would return. */
  int peek() {
    return heap[0];
  }

  /** Takes the remaining token with the largest key. */
  int take() {
    int top = heap[0];
    heap[0] = heap[--size];
    heap[size] = top;
    siftDown(0);
    return top;
  }

  /** One of the tokens not yet taken, in no particular order. */
  int remaining(int index) {
    return heap[index];
  }

  private void siftDown(int start) {
    int token = heap[start];
    int node = start;
    for (int child = 2 * node + 1; child < size; child = 2 * node + 1) {
      if (child + 1 < size && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], token)) {
        break;
      }
      heap[node] = heap[child];
      node = child;
    }
    if (start < size) {
      heap[node] = token;
    }
  }

  private boolean before(int a, int b) {
    return keys[a] > keys[b] || (keys[a] == keys[b] && a < b);
  }
}
