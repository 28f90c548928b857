package dev.kernite.kernels.cpu;

import dev.kernite.kernels.MergedAxes;

/**
 * Walks several strided arrays of the same sizes in step, row-major, as runs along the last axis.
 * Axes that lie one after the other in all arrays are merged first, so dense arrays are one run.
 */
final class StridedWalk {
  private final long[] sizes; // merged, outermost first, at least one axis
  private final long[][] strides; // [array][axis]
  private final long total;

  /** One run of consecutive elements. */
  @FunctionalInterface
  interface Run {
    /**
     * Handles a run.
     *
     * @param at offset of the first element in each array, in elements; valid during the call
     * @param position row-major index of the first element
     * @param length elements, {@link StridedWalk#step} apart in each array
     */
    void run(long[] at, long position, long length);
  }

  /**
   * Plans a walk.
   *
   * @param sizes elements along each axis
   * @param strides for each array, in elements, one an axis
   */
  StridedWalk(long[] sizes, long[]... strides) {
    MergedAxes axes = MergedAxes.of(sizes, strides);
    this.total = axes.total();
    this.sizes = axes.sizes();
    this.strides = axes.strides();
  }

  /** Number of elements. */
  long total() {
    return total;
  }

  /** Distance between the elements of a run in array k. */
  long step(int k) {
    return strides[k][sizes.length - 1];
  }

  /** Calls {@code run} for the elements {@code from} to {@code to - 1} in row-major order. */
  void runs(long from, long to, Run run) {
    if (from >= to) {
      return;
    }
    int axes = sizes.length;
    int last = axes - 1;
    int arrays = strides.length;
    long[] index = new long[axes];
    long[] at = new long[arrays];
    long rest = from;
    for (int axis = last; axis >= 0; axis--) {
      index[axis] = rest % sizes[axis];
      rest /= sizes[axis];
      for (int k = 0; k < arrays; k++) {
        at[k] += index[axis] * strides[k][axis];
      }
    }
    long position = from;
    while (true) {
      long length = Math.min(sizes[last] - index[last], to - position);
      run.run(at, position, length);
      position += length;
      if (position >= to) {
        return;
      }
      // On to the start of the next run.
      for (int k = 0; k < arrays; k++) {
        at[k] -= index[last] * strides[k][last];
      }
      index[last] = 0;
      int axis = last - 1;
      while (++index[axis] == sizes[axis]) {
        for (int k = 0; k < arrays; k++) {
          at[k] -= (sizes[axis] - 1) * strides[k][axis];
        }
        index[axis--] = 0;
      }
      for (int k = 0; k < arrays; k++) {
        at[k] += strides[k][axis];
      }
    }
  }
}
