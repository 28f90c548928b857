package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getLong;
import static dev.kernite.kernels.cpu.RawMemory.putLong;

/**
 * Stretches of values that lie side by side in two places, as a table in native memory: kernels
 * walk it for each row of a matrix.
 */
final class RunTable {
  /** Bytes of an entry. */
  static final int ENTRY = 24;

  private final long address;
  private final int longest;
  private int size;

  /**
   * An empty table.
   *
   * @param address room for it
   * @param longest most values of a run
   */
  RunTable(long address, int longest) {
    this.address = address;
    this.longest = longest;
  }

  /** Room for the runs of n values, in float32 values. */
  static long floats(int n) {
    return (long) ENTRY / Float.BYTES * n;
  }

  void clear() {
    size = 0;
  }

  /**
   * Adds a stretch, cut into runs.
   *
   * @param from number of its first value in one place
   * @param to in the other
   */
  void add(long from, long to, int length) {
    for (int done = 0; done < length; done += longest) {
      long entry = address + (long) ENTRY * size++;
      putLong(entry, 4 * (from + done));
      putLong(entry + 8, 4 * (to + done));
      putLong(entry + 16, Math.min(longest, length - done));
    }
  }

  long address() {
    return address;
  }

  int size() {
    return size;
  }

  /** Bytes before a run's first value in the one place. */
  long from(int run) {
    return getLong(address + (long) ENTRY * run);
  }

  /** Bytes before it in the other place. */
  long to(int run) {
    return getLong(address + (long) ENTRY * run + 8);
  }

  /** Values of a run. */
  long length(int run) {
    return getLong(address + (long) ENTRY * run + 16);
  }
}
