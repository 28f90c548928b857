package dev.kernite.models.gan;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a GAN's networks are given beside noise and images, or instead of noise. */
public sealed interface Condition {
  /** The key of a configuration. */
  String KEY = "condition";

  /** Nothing: images are made of noise alone. */
  record None() implements Condition {}

  /**
   * A class for each image (Mirza and Osindero 2014), one-hot: behind the generator's noise; behind
   * the values of the discriminator's image or, if it convolves, as a plane of ones or zeros a
   * class. Images are made of the classes that the real ones of the step have.
   *
   * @param count number of classes
   */
  record Classes(int count) implements Condition {
    /** Checks the number. */
    public Classes {
      if (count < 2) {
        throw new ModelException("a GAN needs two classes or more to be told, not " + count);
      }
    }
  }

  /**
   * Super-resolution: an image made smaller, instead of noise, which the generator is to make large
   * again (Ledig et al. 2017). Its loss is a weighted sum of the mean squared difference from the
   * true image and of the adversarial loss; the discriminator sees large images only.
   *
   * @param factor how many pixels a side become one, their mean
   * @param contentWeight of the mean squared difference
   * @param adversarialWeight of the adversarial loss; with 0 the discriminator takes no part
   */
  record Reduced(int factor, double contentWeight, double adversarialWeight) implements Condition {
    /** Checks the ranges. */
    public Reduced {
      if (factor < 2) {
        throw new ModelException("images are reduced by a factor of 2 or more, not " + factor);
      }
      if (!(contentWeight >= 0 && adversarialWeight >= 0 && contentWeight + adversarialWeight > 0)
          || !Double.isFinite(contentWeight + adversarialWeight)) {
        throw new ModelException(
            "the generator's losses need weights of at least 0, and one above it, not content %s"
                    .formatted(contentWeight)
                + " and adversarial "
                + adversarialWeight);
      }
    }

    /** The same with another weight of the adversarial loss. */
    public Reduced withAdversarialWeight(double weight) {
      return new Reduced(factor, contentWeight, weight);
    }
  }

  /** Reads the key, if it is there. */
  static Condition of(JsonConfig config) {
    if (!config.has(KEY)) {
      return new None();
    }
    JsonConfig json = config.object(KEY);
    if (json.has("classes") == json.has("reduction")) {
      throw config.invalid(KEY, "must have one of 'classes' and 'reduction'");
    }
    return json.has("classes")
        ? new Classes(json.integer("classes", 2, Short.MAX_VALUE))
        : new Reduced(
            json.integer("reduction", 2, Short.MAX_VALUE),
            json.real("content_weight", 1),
            json.real("adversarial_weight", 1e-3));
  }

  /** What {@link #of} reads, empty for no condition. */
  default Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (this) {
      case None _ -> {}
      case Classes c -> json.put("classes", c.count);
      case Reduced r -> {
        json.put("reduction", r.factor);
        json.put("content_weight", r.contentWeight);
        json.put("adversarial_weight", r.adversarialWeight);
      }
    }
    return json;
  }
}
