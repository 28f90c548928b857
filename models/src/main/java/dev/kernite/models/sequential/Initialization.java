package dev.kernite.models.sequential;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.Init;
import dev.kernite.models.ModelException;
import java.util.Arrays;
import java.util.Locale;

/**
 * How fresh parameters are drawn. Norms start as weight 1 and bias 0 where nothing else is said.
 */
public enum Initialization {
  /** PyTorch's default: weights and biases uniform within 1 / sqrt(fan in). */
  PYTORCH,
  /** Keras' default (Glorot and Bengio 2010): biases 0. */
  GLOROT_UNIFORM,
  /** DCGAN (Radford et al. 2016): normal, deviation 0.02, norms around 1; biases 0. */
  DCGAN;

  private static final float DCGAN_STD = 0.02f;

  /**
   * The scheme of a name such as {@code glorot_uniform}.
   *
   * @throws ModelException if there is none
   */
  public static Initialization of(String name) {
    return Arrays.stream(values())
        .filter(scheme -> scheme.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new ModelException(
                    "initialization '" + name + "' is none of " + Arrays.toString(values())));
  }

  /** Draws all tensors of a network; running statistics begin at mean 0 and variance 1. */
  public Network.Source source(Engine engine) {
    return (layer, name, own, shape) ->
        layer.buffers().containsKey(own)
            ? engine.full(shape, own.equals(Layer.BatchNorm.VARIANCE) ? 1 : 0)
            : draw(engine, layer, own, shape);
  }

  /**
   * Draws a parameter of a layer from the engine's stream.
   *
   * @return a tensor in the current scope
   */
  private Tensor draw(Engine engine, Layer layer, String parameter, Shape shape) {
    boolean weight = parameter.equals("weight");
    if (layer instanceof Layer.BatchNorm) {
      return this == DCGAN && weight
          ? engine.normal(shape, 1, DCGAN_STD)
          : engine.full(shape, weight ? 1 : 0);
    }
    return switch (this) {
      case PYTORCH -> {
        float bound = (float) (1 / Math.sqrt(fanIn(layer)));
        yield engine.uniform(shape, -bound, bound);
      }
      case GLOROT_UNIFORM -> weight ? Init.xavierUniform(engine, shape, 1) : engine.zeros(shape);
      case DCGAN -> weight ? engine.normal(shape, 0, DCGAN_STD) : engine.zeros(shape);
    };
  }

  /** As PyTorch counts: along axis 1 of the weight, which for a transposed convolution is out. */
  private static double fanIn(Layer layer) {
    return (double) layer.parameters().get("weight").inner(0);
  }

  /** The name in a configuration. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
