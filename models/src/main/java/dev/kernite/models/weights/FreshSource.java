package dev.kernite.models.weights;

import dev.kernite.engine.DenseMatrix;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/** Parameters that nobody has trained yet. */
public final class FreshSource implements WeightSource {
  private final UnaryOperator<String> known;
  private final BiFunction<String, Shape, Tensor> draw;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /**
   * Draws nothing yet.
   *
   * @param known from the name a model asks for to the one its parameters are listed by
   * @param draw makes a parameter's first values, by the name that the model asks for
   */
  public FreshSource(UnaryOperator<String> known, BiFunction<String, Shape, Tensor> draw) {
    this.known = known;
    this.draw = draw;
  }

  @Override
  public Tensor tensor(String name, long... shape) {
    Tensor t = draw.apply(name, Shape.of(shape)).disown().named(known.apply(name)).requireGrad();
    tensors.put(known.apply(name), t);
    return t;
  }

  @Override
  public WeightMatrix matrix(String name, WeightLayout layout, long... shape) {
    return new DenseMatrix(tensor(name, shape), layout);
  }

  @Override
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void close() {
    tensors.values().forEach(t -> t.close("its model was closed"));
  }
}
