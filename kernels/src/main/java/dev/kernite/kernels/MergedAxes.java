package dev.kernite.kernels;

import java.util.Arrays;

/**
 * The axes of several strided arrays of the same sizes, as few as will do: axes of one element are
 * left out, and axes that lie one after the other in all arrays are one. Dense arrays have one
 * axis.
 *
 * @param sizes elements along each axis, outermost first; at least one axis
 * @param strides for each array, in elements, one an axis
 * @param total number of elements
 */
public record MergedAxes(long[] sizes, long[][] strides, long total) {
  /**
   * Merges axes.
   *
   * @param sizes elements along each axis
   * @param strides for each array, in elements, one an axis
   */
  public static MergedAxes of(long[] sizes, long[]... strides) {
    int arrays = strides.length;
    long[] mergedSizes = new long[Math.max(1, sizes.length)];
    long[][] mergedStrides = new long[arrays][mergedSizes.length];
    int axes = 0;
    long count = 1;
    for (int axis = 0; axis < sizes.length; axis++) {
      count *= sizes[axis];
      if (sizes[axis] == 1) {
        continue;
      }
      boolean merges = axes > 0;
      for (int k = 0; k < arrays && merges; k++) {
        merges = mergedStrides[k][axes - 1] == strides[k][axis] * sizes[axis];
      }
      if (merges) {
        mergedSizes[axes - 1] *= sizes[axis];
      } else {
        mergedSizes[axes++] = sizes[axis];
      }
      for (int k = 0; k < arrays; k++) {
        mergedStrides[k][axes - 1] = strides[k][axis];
      }
    }
    if (axes == 0) { // a single element: any step will do, 1 is the fast one
      mergedSizes[0] = 1;
      for (long[] array : mergedStrides) {
        array[0] = 1;
      }
      axes = 1;
    }
    for (int k = 0; k < arrays; k++) {
      mergedStrides[k] = Arrays.copyOf(mergedStrides[k], axes);
    }
    return new MergedAxes(Arrays.copyOf(mergedSizes, axes), mergedStrides, count);
  }

  /** Number of axes. */
  public int count() {
    return sizes.length;
  }
}
