package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;

/**
 * Start values of parameters, all from the engine's Philox stream, so the same seed and order of
 * calls give the same values on every device. Weights are [out, in, kernel...]: fan in is in times
 * the kernel's size, fan out is out times it.
 *
 * <p>Each method returns a trainable tensor that no scope frees; its module does.
 */
public final class Init {
  private Init() {}

  /** Makes a fresh tensor a parameter: a leaf with a gradient, out of its scope. */
  public static Tensor parameter(Tensor tensor) {
    return tensor.disown().requireGrad();
  }

  /** All zeros. */
  public static Tensor zeros(Engine engine, Shape shape) {
    return parameter(engine.zeros(shape));
  }

  /** All the same value. */
  public static Tensor constant(Engine engine, Shape shape, float value) {
    return parameter(engine.full(shape, value));
  }

  /** Normal values. */
  public static Tensor normal(Engine engine, Shape shape, float mean, float std) {
    return parameter(engine.normal(shape, mean, std));
  }

  /** Uniform values in [low, high). */
  public static Tensor uniform(Engine engine, Shape shape, float low, float high) {
    return parameter(engine.uniform(shape, low, high));
  }

  /**
   * Glorot and Bengio 2010: uniform within gain sqrt(6 / (fan in + fan out)).
   *
   * @param gain 1 for linear layers and sigmoid, 5/3 for tanh
   */
  public static Tensor xavierUniform(Engine engine, Shape shape, double gain) {
    float bound = (float) (gain * Math.sqrt(6.0 / (fanIn(shape) + fanOut(shape))));
    return uniform(engine, shape, -bound, bound);
  }

  /** As {@link #xavierUniform}, normal with deviation gain sqrt(2 / (fan in + fan out)). */
  public static Tensor xavierNormal(Engine engine, Shape shape, double gain) {
    float std = (float) (gain * Math.sqrt(2.0 / (fanIn(shape) + fanOut(shape))));
    return normal(engine, shape, 0, std);
  }

  /**
   * He et al. 2015: uniform within gain sqrt(3 / fan in), gain = sqrt(2 / (1 + slope^2)).
   *
   * @param slope of the LeakyReLU that follows; 0 for ReLU
   */
  public static Tensor kaimingUniform(Engine engine, Shape shape, double slope) {
    float bound = (float) (kaimingGain(slope) * Math.sqrt(3.0 / fanIn(shape)));
    return uniform(engine, shape, -bound, bound);
  }

  /** As {@link #kaimingUniform}, normal with deviation gain / sqrt(fan in). */
  public static Tensor kaimingNormal(Engine engine, Shape shape, double slope) {
    return normal(engine, shape, 0, (float) (kaimingGain(slope) / Math.sqrt(fanIn(shape))));
  }

  /** What PyTorch's layers start with: uniform within 1 / sqrt(fan in) of their weight. */
  static Tensor likeWeight(Engine engine, Shape weight, Shape shape) {
    float bound = (float) (1 / Math.sqrt(fanIn(weight)));
    return uniform(engine, shape, -bound, bound);
  }

  private static double kaimingGain(double slope) {
    return Math.sqrt(2 / (1 + slope * slope));
  }

  private static double fanIn(Shape shape) {
    requireMatrix(shape);
    return (double) shape.inner(0);
  }

  private static double fanOut(Shape shape) {
    requireMatrix(shape);
    return (double) shape.dim(0) * shape.inner(1);
  }

  private static void requireMatrix(Shape shape) {
    if (shape.rank() < 2 || shape.size() == 0) {
      throw new EngineException(
          "initialisation by fan needs a weight [out, in, ...] with values, not shape " + shape);
    }
  }
}
