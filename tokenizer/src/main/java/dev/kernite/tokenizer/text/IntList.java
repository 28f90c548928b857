package dev.kernite.tokenizer.text;

import java.util.Arrays;

/** A growing array of ints, so that the hot paths box nothing. */
public final class IntList {
  private int[] values;
  private int size;

  /** Creates an empty list. */
  public IntList() {
    this(16);
  }

  /**
   * Creates an empty list.
   *
   * @param capacity how many values fit before it grows
   */
  public IntList(int capacity) {
    values = new int[Math.max(capacity, 4)];
  }

  /** Appends one value. */
  public void add(int value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, grown(size + 1L));
    }
    values[size++] = value;
  }

  /** Appends all of {@code more}. */
  public void addAll(int[] more) {
    if (size + more.length > values.length) {
      values = Arrays.copyOf(values, grown((long) size + more.length));
    }
    System.arraycopy(more, 0, values, size, more.length);
    size += more.length;
  }

  private int grown(long least) {
    return Math.toIntExact(Math.max(least, Math.min(values.length * 2L, Integer.MAX_VALUE - 8)));
  }

  /** Returns value {@code index}. */
  public int get(int index) {
    return values[index];
  }

  /** Replaces value {@code index}. */
  public void set(int index, int value) {
    values[index] = value;
  }

  /** Returns how many values there are. */
  public int size() {
    return size;
  }

  /** Forgets the values from {@code newSize} on. */
  public void truncate(int newSize) {
    size = newSize;
  }

  /** Forgets the values and keeps the room. */
  public void clear() {
    size = 0;
  }

  /** Copies the values to {@code out}, from {@code place} on. */
  public void copyTo(int[] out, int place) {
    System.arraycopy(values, 0, out, place, size);
  }

  /** Returns the values, copied. */
  public int[] toArray() {
    return Arrays.copyOf(values, size);
  }
}
