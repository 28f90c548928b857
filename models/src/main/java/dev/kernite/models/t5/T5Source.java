package dev.kernite.models.t5;

import static dev.kernite.engine.Functional.indexSelect;

import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Encoded texts as the decoder's blocks see them: computed once, whatever is generated from them.
 *
 * @param keys of each block, [sources, time, heads * headDim]
 * @param values of each block, likewise
 * @param mask hides padding, [sources, 1, 1, time], or null
 */
record T5Source(List<Tensor> keys, List<Tensor> values, Tensor mask) implements AutoCloseable {

  /** How many texts. */
  long sources() {
    return keys.getFirst().shape().dim(0);
  }

  /** Some of the texts, in another order, possibly more than once; copies. */
  T5Source select(int[] chosen) {
    Tensor rows = keys.getFirst().engine().tensor(chosen, Shape.of(chosen.length));
    return map(t -> indexSelect(t, rows, 0));
  }

  /** The same, to be closed by hand. */
  T5Source disown() {
    return map(Tensor::disown);
  }

  private T5Source map(UnaryOperator<Tensor> f) {
    return new T5Source(
        keys.stream().map(f).toList(),
        values.stream().map(f).toList(),
        mask == null ? null : f.apply(mask));
  }

  @Override
  public void close() {
    keys.forEach(Tensor::close);
    values.forEach(Tensor::close);
    if (mask != null) {
      mask.close();
    }
  }
}
