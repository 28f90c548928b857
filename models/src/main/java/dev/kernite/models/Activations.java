package dev.kernite.models;

import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.GeluErf;
import dev.kernite.engine.op.GeluTanh;
import dev.kernite.engine.op.Relu;
import dev.kernite.engine.op.Sigmoid;
import dev.kernite.engine.op.Silu;
import dev.kernite.engine.op.Tanh;

/** Activation functions by the names that Hugging Face configurations use. */
public final class Activations {
  private Activations() {}

  /**
   * Finds an activation.
   *
   * @param name such as {@code gelu_new}
   * @throws ModelException if there is none of that name
   */
  public static Activation byName(String name) {
    return switch (name) {
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> new GeluTanh();
      case "gelu", "gelu_python" -> new GeluErf();
      case "relu" -> new Relu();
      case "silu", "swish" -> new Silu();
      case "tanh" -> new Tanh();
      case "sigmoid" -> new Sigmoid();
      default ->
          throw new ModelException(
              "activation '"
                  + name
                  + "' is not known; known are gelu_new, gelu_pytorch_tanh, gelu_fast, gelu,"
                  + " gelu_python, relu, silu, swish, tanh, sigmoid");
    };
  }
}
