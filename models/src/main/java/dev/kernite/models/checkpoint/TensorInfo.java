package dev.kernite.models.checkpoint;

import dev.kernite.models.ModelException;
import java.util.Arrays;

/**
 * What a file says about one tensor.
 *
 * @param name the tensor's name in its file, never altered
 * @param dtype the element type
 * @param shape extents, outermost first; empty for a scalar; an extent may be zero
 * @param byteSize bytes of data
 */
public record TensorInfo(String name, FileDtype dtype, long[] shape, long byteSize) {
  /** No tensor library takes more; a longer shape is an attempt to make a reader allocate. */
  static final int MAX_RANK = 64;

  /**
   * Checks that the size follows from type and shape.
   *
   * @throws ModelException if it does not
   */
  public TensorInfo {
    shape = shape.clone();
    if (shape.length > MAX_RANK) {
      throw new ModelException(
          "tensor "
              + Describe.name(name)
              + ": "
              + shape.length
              + " dimensions are more than "
              + MAX_RANK);
    }
    for (long extent : shape) {
      if (extent < 0) {
        throw new ModelException(
            "tensor "
                + Describe.name(name)
                + ": shape "
                + Describe.shape(shape)
                + " has a negative extent");
      }
    }
    long expected;
    try {
      expected = dtype.byteSize(shape);
    } catch (ArithmeticException e) {
      throw new ModelException(
          "tensor "
              + Describe.name(name)
              + ": "
              + dtype
              + " "
              + Describe.shape(shape)
              + " has no size: "
              + e.getMessage(),
          e);
    }
    if (byteSize != expected) {
      throw new ModelException(
          "tensor %s: %s %s takes %d bytes, not %d"
              .formatted(Describe.name(name), dtype, Describe.shape(shape), expected, byteSize));
    }
  }

  /**
   * Describes a dense tensor.
   *
   * @param name the tensor's name
   * @param dtype the element type
   * @param shape extents, none negative
   * @return the description, with its size in bytes
   * @throws ModelException if the size overflows 63 bits
   */
  public static TensorInfo of(String name, FileDtype dtype, long... shape) {
    long size;
    try {
      size = dtype.byteSize(shape);
    } catch (ArithmeticException e) {
      size = -1; // the constructor says what is wrong
    }
    return new TensorInfo(name, dtype, shape, size);
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /**
   * The number of elements.
   *
   * @return the product of the extents; 1 for a scalar
   */
  public long elements() {
    long product = 1;
    for (long extent : shape) {
      product *= extent; // cannot overflow: the constructor has computed it exactly
    }
    return product;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TensorInfo that
        && name.equals(that.name)
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + dtype.hashCode()) + Arrays.hashCode(shape);
  }

  @Override
  public String toString() {
    return Describe.name(name) + " " + dtype + " " + Describe.shape(shape);
  }
}
