package dev.kernite.models.gan;

import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The optimiser of one network.
 *
 * @param lr learning rate
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param eps added to the denominator
 */
public record AdamConfig(double lr, double beta1, double beta2, double eps) {
  /** PyTorch's defaults, but the learning rate that GANs are trained with. */
  public static final AdamConfig DEFAULT = new AdamConfig(2e-4, 0.9, 0.999, 1e-8);

  /** Checks the ranges. */
  public AdamConfig {
    if (!(lr > 0 && Double.isFinite(lr))) {
      throw new ModelException("the learning rate must be above 0, not " + lr);
    }
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
      throw new ModelException(
          "Adam: betas must be in [0, 1) and eps at least 0, not %s, %s, %s"
              .formatted(beta1, beta2, eps));
    }
  }

  /** The same with another learning rate. */
  public AdamConfig withLr(double value) {
    return new AdamConfig(value, beta1, beta2, eps);
  }

  /** The same with other decay factors. */
  public AdamConfig withBetas(double first, double second) {
    return new AdamConfig(lr, first, second, eps);
  }

  /** The same with another eps. */
  public AdamConfig withEps(double value) {
    return new AdamConfig(lr, beta1, beta2, value);
  }

  /** Reads {@code lr}, {@code betas} and {@code eps}; what is absent is as it was. */
  AdamConfig with(JsonConfig json) {
    String type = json.string("type", "Adam");
    if (!type.equalsIgnoreCase("adam")) {
      throw json.invalid("type", "must be Adam, not " + type);
    }
    List<Double> betas = json.has("betas") ? json.reals("betas") : List.of(beta1, beta2);
    if (betas.size() != 2) {
      throw json.invalid("betas", "must be two numbers");
    }
    return new AdamConfig(json.real("lr", lr), betas.get(0), betas.get(1), json.real("eps", eps));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("lr", lr);
    json.put("betas", List.of(beta1, beta2));
    json.put("eps", eps);
    return json;
  }

  /** The optimiser, its moments zero. */
  Adam optimizer(Map<String, Tensor> parameters) {
    return new Adam(
        ParameterGroup.all(parameters, 0), Adam.Options.ADAM.withBetas(beta1, beta2).withEps(eps));
  }
}
