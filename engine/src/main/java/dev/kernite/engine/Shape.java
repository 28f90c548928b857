package dev.kernite.engine;

import java.util.Arrays;

/** Extents of a tensor, outermost first. Rank 0 is a scalar; an extent may be 0. Immutable. */
public final class Shape {
  /** The shape of a single value. */
  public static final Shape SCALAR = new Shape(new long[0]);

  private final long[] dims;
  private final long size;

  private Shape(long[] dims) {
    long product = 1;
    for (long d : dims) {
      if (d < 0) {
        throw new EngineException("shape " + Arrays.toString(dims) + " has a negative extent");
      }
      try {
        product = Math.multiplyExact(product, d);
      } catch (ArithmeticException e) {
        throw new EngineException("shape " + Arrays.toString(dims) + " has over 2^63 elements", e);
      }
    }
    this.dims = dims;
    this.size = product;
  }

  /**
   * Creates a shape.
   *
   * @param dims extents, outermost first
   * @throws EngineException if one is negative or the product overflows
   */
  public static Shape of(long... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  /** Number of axes. */
  public int rank() {
    return dims.length;
  }

  /** Number of elements. */
  public long size() {
    return size;
  }

  /**
   * Extent along an axis.
   *
   * @param axis 0 .. rank - 1, or negative to count from the end
   */
  public long dim(int axis) {
    return dims[axis(axis)];
  }

  /**
   * Resolves an axis that may count from the end.
   *
   * @throws EngineException if there is no such axis
   */
  public int axis(long axis) {
    long a = axis < 0 ? axis + dims.length : axis;
    if (a < 0 || a >= dims.length) {
      throw new EngineException("axis " + axis + " does not exist in shape " + this);
    }
    return (int) a;
  }

  /** The extents, as a copy. */
  public long[] toArray() {
    return dims.clone();
  }

  /** Product of the extents before {@code axis}. */
  public long outer(int axis) {
    long n = 1;
    for (int i = 0; i < axis(axis); i++) {
      n *= dims[i];
    }
    return n;
  }

  /** Product of the extents after {@code axis}. */
  public long inner(int axis) {
    long n = 1;
    for (int i = axis(axis) + 1; i < dims.length; i++) {
      n *= dims[i];
    }
    return n;
  }

  /** This shape with one extent changed. */
  public Shape with(int axis, long extent) {
    long[] d = dims.clone();
    d[axis(axis)] = extent;
    return new Shape(d);
  }

  /** This shape without one axis. */
  public Shape without(int axis) {
    int a = axis(axis);
    long[] d = new long[dims.length - 1];
    System.arraycopy(dims, 0, d, 0, a);
    System.arraycopy(dims, a + 1, d, a, d.length - a);
    return new Shape(d);
  }

  /** Row-major strides, in elements. */
  public long[] strides() {
    long[] s = new long[dims.length];
    long step = 1;
    for (int i = dims.length - 1; i >= 0; i--) {
      s[i] = step;
      step *= dims[i];
    }
    return s;
  }

  /**
   * The shape two shapes broadcast to: aligned at the last axis, extents equal or one of them 1.
   *
   * @throws EngineException if they do not fit
   */
  public static Shape broadcast(Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    long[] d = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
      long y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new EngineException("shapes " + a + " and " + b + " do not broadcast");
      }
      d[rank - i] = x == 1 ? y : x;
    }
    return new Shape(d);
  }

  /**
   * Strides that read a dense tensor of this shape as if it had the shape {@code target}, 0 along
   * repeated axes.
   */
  public long[] stridesWithin(Shape target) {
    long[] own = strides();
    long[] s = new long[target.rank()];
    int lead = target.rank() - rank();
    for (int i = 0; i < rank(); i++) {
      s[lead + i] = dims[i] == 1 ? 0 : own[i];
    }
    return s;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
