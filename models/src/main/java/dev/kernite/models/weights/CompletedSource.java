package dev.kernite.models.weights;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiPredicate;

/** Parameters of a checkpoint, and fresh ones in place of those that it lacks. */
public final class CompletedSource implements WeightSource {
  private final BiPredicate<String, long[]> isDrawn;
  private final CheckpointSource stored;
  private final FreshSource drawn;

  /**
   * Reads and draws nothing yet.
   *
   * @param isDrawn whether a parameter, by the name and shape a model asks for, is a fresh one
   * @param stored closed with this
   * @param drawn closed with this
   */
  public CompletedSource(
      BiPredicate<String, long[]> isDrawn, CheckpointSource stored, FreshSource drawn) {
    this.isDrawn = isDrawn;
    this.stored = stored;
    this.drawn = drawn;
  }

  @Override
  public Tensor tensor(String name, long... shape) {
    return of(name, shape).tensor(name, shape);
  }

  @Override
  public WeightMatrix matrix(String name, WeightLayout layout, long... shape) {
    return of(name, shape).matrix(name, layout, shape);
  }

  private WeightSource of(String name, long[] shape) {
    return isDrawn.test(name, shape) ? drawn : stored;
  }

  /** Those of the checkpoint before the fresh ones. */
  @Override
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new LinkedHashMap<>(stored.tensors());
    all.putAll(drawn.tensors());
    return Collections.unmodifiableMap(all);
  }

  @Override
  public void close() {
    stored.close();
    drawn.close();
  }
}
