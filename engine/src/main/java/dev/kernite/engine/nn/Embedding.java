package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.function.BiConsumer;

/**
 * A table of vectors looked up by index.
 *
 * @param weight [rows, width]
 * @param paddingIdx a row that gets no gradient, or -1 for none
 */
public record Embedding(Tensor weight, int paddingIdx) implements Module {
  /** A trainable table without a padding row, standard normal as in PyTorch. */
  public static Embedding create(Engine engine, long rows, long width) {
    return new Embedding(Init.parameter(engine.normal(Shape.of(rows, width), 0, 1)), -1);
  }

  /**
   * Looks rows up.
   *
   * @param ids int32 [...], each in 0 .. rows - 1
   * @return [..., width]
   */
  public Tensor apply(Tensor ids) {
    return new dev.kernite.engine.op.Embedding(paddingIdx).apply(weight, ids);
  }

  @Override
  public void parameters(String prefix, BiConsumer<String, Tensor> visit) {
    visit.accept(prefix + "weight", weight);
  }
}
