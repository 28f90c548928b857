package dev.kernite.test.ops;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * A dense array on the side of the tests: float64 values, whatever the tensor it is made into.
 *
 * @param kind which type of tensor it becomes
 * @param shape its extents
 * @param values row-major
 */
public record NdArray(Kind kind, Shape shape, double[] values) {

  /** Types of tensors. */
  public enum Kind {
    /** float32. */
    FLOAT,
    /** int32. */
    INDEX,
    /** bool. */
    MASK
  }

  /** Checks the number of values. */
  public NdArray {
    if (values.length != shape.size()) {
      throw new IllegalArgumentException(values.length + " values for shape " + shape);
    }
  }

  /** Floats, rounded to float32 so that the engine sees the same numbers. */
  public static NdArray floats(Shape shape, double... values) {
    return new NdArray(Kind.FLOAT, shape, Arrays.stream(values).map(v -> (float) v).toArray());
  }

  /** A row of floats. */
  public static NdArray row(double... values) {
    return floats(Shape.of(values.length), values);
  }

  /** Indices. */
  public static NdArray indices(Shape shape, int... values) {
    return new NdArray(Kind.INDEX, shape, Arrays.stream(values).asDoubleStream().toArray());
  }

  /** Random indices in [0, limit). */
  public static NdArray randomIndices(long seed, int limit, long... dims) {
    Shape shape = Shape.of(dims);
    return indices(shape, new Random(seed).ints(shape.size(), 0, limit).toArray());
  }

  /** A random mask, true with probability 2/3. */
  public static NdArray randomMask(long seed, long... dims) {
    Random random = new Random(seed);
    NdArray a = generate(Shape.of(dims), _ -> random.nextInt(3) == 0 ? 0 : 1);
    return new NdArray(Kind.MASK, a.shape, a.values);
  }

  /** Normal values with standard deviation 1. */
  public static NdArray random(long seed, long... dims) {
    Random random = new Random(seed);
    return floats(Shape.of(dims), generate(Shape.of(dims), _ -> random.nextGaussian()).values);
  }

  /** Uniform values. */
  public static NdArray uniform(long seed, double low, double high, long... dims) {
    Random random = new Random(seed);
    Shape shape = Shape.of(dims);
    return floats(shape, generate(shape, _ -> low + (high - low) * random.nextDouble()).values);
  }

  /** Small whole numbers, whose sums of products are exact in float32. */
  public static NdArray whole(long seed, long... dims) {
    Random random = new Random(seed);
    return floats(Shape.of(dims), generate(Shape.of(dims), _ -> random.nextInt(-4, 5)).values);
  }

  /** Any number of values in [-8, 8] with none equal: no ties. */
  public static NdArray distinct(long seed, long... dims) {
    Shape shape = Shape.of(dims);
    int n = Math.toIntExact(shape.size());
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = -8 + 16.0 * i / Math.max(1, n);
    }
    Random random = new Random(seed);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double t = values[i];
      values[i] = values[j];
      values[j] = t;
    }
    return floats(shape, values);
  }

  /** float64 values as a function of the index. */
  public static NdArray generate(Shape shape, ToDoubleFunction<long[]> value) {
    double[] values = new double[Math.toIntExact(shape.size())];
    long[] index = new long[shape.rank()];
    for (int i = 0; i < values.length; i++) {
      values[i] = value.applyAsDouble(index);
      for (int axis = index.length - 1; axis >= 0; axis--) {
        if (++index[axis] < shape.dim(axis)) {
          break;
        }
        index[axis] = 0;
      }
    }
    return new NdArray(Kind.FLOAT, shape, values);
  }

  /** Number of elements. */
  public int size() {
    return values.length;
  }

  /** Whether it holds floats. */
  public boolean isFloat() {
    return kind == Kind.FLOAT;
  }

  /**
   * The value at an index, which may be one of a shape that this one broadcasts to: aligned at the
   * last axis, extents of 1 repeated.
   */
  public double at(long... index) {
    int lead = index.length - shape.rank();
    long flat = 0;
    for (int i = 0; i < shape.rank(); i++) {
      flat = flat * shape.dim(i) + (shape.dim(i) == 1 ? 0 : index[lead + i]);
    }
    return values[Math.toIntExact(flat)];
  }

  /** Each value through a function. */
  public NdArray map(DoubleUnaryOperator f) {
    return new NdArray(kind, shape, Arrays.stream(values).map(f).toArray());
  }

  /** The same with one value changed. */
  public NdArray with(int position, double value) {
    double[] changed = values.clone();
    changed[position] = value;
    return new NdArray(kind, shape, changed);
  }

  /** The same values in another shape. */
  public NdArray reshape(long... dims) {
    return new NdArray(kind, Shape.of(dims), values);
  }

  /** As a tensor of the innermost scope. */
  public Tensor on(Engine engine) {
    return switch (kind) {
      case FLOAT -> {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = (float) values[i];
        }
        yield engine.tensor(floats, shape);
      }
      case INDEX -> engine.tensor(Arrays.stream(values).mapToInt(v -> (int) v).toArray(), shape);
      case MASK -> {
        boolean[] mask = new boolean[values.length];
        for (int i = 0; i < mask.length; i++) {
          mask[i] = values[i] != 0;
        }
        yield engine.tensor(mask, shape);
      }
    };
  }

  /** An index with one coordinate replaced. */
  public static long[] replace(long[] index, int axis, long value) {
    long[] changed = index.clone();
    changed[axis] = value;
    return changed;
  }
}
