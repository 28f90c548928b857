package dev.kernite.engine;

import java.util.Arrays;

/**
 * Which elements of its root a tensor shows, and in what order: the arithmetic of views. Immutable.
 */
final class Window {
  private final Shape shape;
  private final long offset;

  /** Steps along each axis, in elements; null where they are those of a dense tensor. */
  private final long[] strides;

  private Window(Shape shape, long offset, long[] strides) {
    this.shape = shape;
    this.offset = offset;
    this.strides = Arrays.equals(strides, shape.strides()) ? null : strides;
  }

  /** All of a dense tensor. */
  static Window dense(Shape shape) {
    return new Window(shape, 0, shape.strides());
  }

  /** Extents. */
  Shape shape() {
    return shape;
  }

  /** Position of the first element in the root. */
  long offset() {
    return offset;
  }

  /** Distance in elements between neighbours along each axis. */
  long[] strides() {
    return strides == null ? shape.strides() : strides.clone();
  }

  /** Whether the elements lie in row-major order without gaps. */
  boolean isDense() {
    return strides == null;
  }

  /** See {@link Tensor#reshape(long...)}. */
  Window reshaped(long... dims) {
    if (strides != null) {
      throw new EngineException(
          "reshape needs a dense tensor, got a strided view of shape " + shape + "; copy it first");
    }
    long[] d = dims.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < d.length; i++) {
      if (d[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= d[i];
      }
    }
    if (unknown >= 0 && known > 0 && shape.size() % known == 0) {
      d[unknown] = shape.size() / known;
    }
    if (Arrays.stream(d).anyMatch(x -> x < 0) || Shape.of(d).size() != shape.size()) {
      throw new EngineException(
          "cannot reshape "
              + shape
              + " ("
              + shape.size()
              + " elements) to "
              + Arrays.toString(dims));
    }
    Shape s = Shape.of(d);
    return new Window(s, offset, s.strides());
  }

  /** See {@link Tensor#narrow}. */
  Window narrowed(int axis, long from, long length) {
    int a = shape.axis(axis);
    if (from < 0 || length < 0 || length > shape.dim(a) - from) {
      throw new EngineException(
          "narrow: [" + from + ", " + (from + length) + ") leaves axis " + a + " of " + shape);
    }
    long[] s = strides();
    return new Window(shape.with(a, length), offset + from * s[a], s);
  }

  /** See {@link Tensor#transposed}. */
  Window transposed(int axis0, int axis1) {
    int a = shape.axis(axis0);
    int b = shape.axis(axis1);
    return new Window(
        Shape.of(exchanged(shape.toArray(), a, b)), offset, exchanged(strides(), a, b));
  }

  private static long[] exchanged(long[] values, int a, int b) {
    long t = values[a];
    values[a] = values[b];
    values[b] = t;
    return values;
  }

  /** See {@link Tensor#splitHeads}. */
  Window withHeadsSplit(long heads) {
    if (shape.rank() != 3 || heads < 1 || shape.dim(-1) % heads != 0) {
      throw new EngineException("cannot split " + shape + " into " + heads + " heads");
    }
    long[] s = strides();
    long headDim = shape.dim(-1) / heads;
    return new Window(
        Shape.of(shape.dim(0), heads, shape.dim(1), headDim),
        offset,
        new long[] {s[0], headDim * s[2], s[1], s[2]});
  }
}
