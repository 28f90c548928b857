package dev.kernite.kernels;

/** Copies between strided arrays: whatever moves values without changing them. */
public interface Layout {
  /**
   * Copies {@code sizes} elements of {@code elementBytes} (1, 2, 4 or 8) bytes each.
   *
   * @param source address of the first element read
   * @param sourceStrides in elements, may be 0 (repeat) or negative (flip)
   * @param target address of the first element written
   * @param targetStrides in elements; no two elements written coincide
   * @param sizes elements along each axis
   */
  void copy(
      long source,
      long[] sourceStrides,
      long target,
      long[] targetStrides,
      long[] sizes,
      int elementBytes);

  /**
   * Adds float32 values to the target instead of overwriting it; a target stride of 0 sums along
   * that axis, in ascending index order.
   */
  void add(long source, long[] sourceStrides, long target, long[] targetStrides, long[] sizes);
}
