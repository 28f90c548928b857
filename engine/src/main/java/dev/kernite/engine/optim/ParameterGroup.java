package dev.kernite.engine.optim;

import dev.kernite.engine.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * Parameters that share their options.
 *
 * @param parameters by name, in a fixed order
 * @param weightDecay decay factor
 * @param lrScale factor of the step's learning rate
 */
public record ParameterGroup(Map<String, Tensor> parameters, double weightDecay, double lrScale) {
  /** Copies the map, order kept. */
  public ParameterGroup {
    parameters = new LinkedHashMap<>(parameters);
  }

  /** One group for all. */
  public static List<ParameterGroup> all(Map<String, Tensor> parameters, double weightDecay) {
    return List.of(new ParameterGroup(parameters, weightDecay, 1));
  }

  /**
   * Two groups: what decays and what does not.
   *
   * @param decays asked with name and tensor
   */
  public static List<ParameterGroup> split(
      Map<String, Tensor> parameters, double weightDecay, BiPredicate<String, Tensor> decays) {
    Map<String, Tensor> with = new LinkedHashMap<>();
    Map<String, Tensor> without = new LinkedHashMap<>();
    parameters.forEach((name, t) -> (decays.test(name, t) ? with : without).put(name, t));
    return List.of(new ParameterGroup(with, weightDecay, 1), new ParameterGroup(without, 0, 1));
  }

  /**
   * The usual split for transformers: matrices and tables decay; biases and the weights of norms,
   * which have one axis, do not.
   */
  public static List<ParameterGroup> decayMatrices(
      Map<String, Tensor> parameters, double weightDecay) {
    return split(parameters, weightDecay, (name, t) -> t.shape().rank() >= 2);
  }
}
