package dev.kernite.models.gan;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.sequential.Initialization;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a GAN is trained.
 *
 * @param probabilityClip keeps probabilities this far from 0 and 1 before the logarithm, as Keras
 *     does; 0 for PyTorch's clamp of the logarithm at -100
 * @param realLabel what the discriminator is told of real images; below 1 for label smoothing
 * @param fakeLabel what it is told of generated ones
 * @param generatorAdam the generator's optimiser
 * @param discriminatorAdam the discriminator's optimiser
 * @param initialization of fresh parameters
 * @param batch images in a generator's step
 * @param reuseFakes the generator learns from the images that the discriminator was just shown,
 *     else from others
 * @param separateUpdates the discriminator learns from half a batch of real images and then, in an
 *     update of its own, from half a batch of generated ones, as in the usual Keras example; else
 *     from a whole batch of each in one update
 * @param duration passes over the data, or updates
 */
public record GanRecipe(
    double probabilityClip,
    double realLabel,
    double fakeLabel,
    AdamConfig generatorAdam,
    AdamConfig discriminatorAdam,
    Initialization initialization,
    int batch,
    boolean reuseFakes,
    boolean separateUpdates,
    Duration duration) {

  /**
   * How long a run is.
   *
   * @param epochs passes over the data, when {@code steps} is 0
   * @param steps updates of each network, or 0
   */
  public record Duration(double epochs, long steps) {
    /** What a configuration calls them. */
    static final List<String> KEYS = List.of("epochs", "steps");

    /** Checks the ranges. */
    public Duration {
      if (steps < 0 || (steps == 0 && !(epochs > 0 && Double.isFinite(epochs)))) {
        throw new ModelException(
            "a run needs steps or epochs above 0, not %d and %s".formatted(steps, epochs));
      }
    }

    /** The number of updates. */
    public long in(long stepsPerEpoch) {
      return steps > 0 ? steps : Math.max(1, (long) Math.ceil(epochs * stepsPerEpoch));
    }
  }

  /** Checks the ranges. */
  public GanRecipe {
    requireProbability("the label of real images", realLabel);
    requireProbability("the label of generated images", fakeLabel);
    if (!(probabilityClip >= 0 && probabilityClip < 0.5)) {
      throw new ModelException("probability_clip must be in [0, 0.5), not " + probabilityClip);
    }
    if (batch < 1 || (separateUpdates && batch % 2 != 0)) {
      throw new ModelException(
          "a batch of %d images is not possible%s"
              .formatted(batch, separateUpdates ? ": it is halved, so it must be even" : ""));
    }
    if (reuseFakes && separateUpdates) {
      throw new ModelException(
          "separate_updates shows the discriminator half a batch, which the generator cannot reuse;"
              + " set reuse_fakes to false");
    }
  }

  private static void requireProbability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new ModelException(name + " must be from 0 to 1, not " + value);
    }
  }

  /** Reads the keys that are not about the networks; each has a default. */
  static GanRecipe of(JsonConfig json) {
    AdamConfig common = AdamConfig.DEFAULT;
    AdamConfig generator = common;
    AdamConfig discriminator = common;
    if (json.has("optimizers")) {
      JsonConfig optimizers = json.object("optimizers");
      common = common.with(optimizers);
      generator = own(common, optimizers, GanConfig.GENERATOR);
      discriminator = own(common, optimizers, GanConfig.DISCRIMINATOR);
    }
    boolean separate = json.bool("separate_updates", false);
    return new GanRecipe(
        json.real("probability_clip", 0),
        json.real("real_label_in_discriminator_step", 1),
        json.real("fake_label_in_discriminator_step", 0),
        generator,
        discriminator,
        Initialization.of(json.string("initialization", "pytorch")),
        json.integer("batch", 1, Integer.MAX_VALUE, 64),
        json.bool("reuse_fakes", !separate),
        separate,
        new Duration(json.real("epochs", 1), json.integer("steps", 0, Integer.MAX_VALUE, 0)));
  }

  private static AdamConfig own(AdamConfig common, JsonConfig optimizers, String network) {
    return optimizers.has(network) ? common.with(optimizers.object(network)) : common;
  }

  /** The keys and values that {@link #of} reads. */
  Map<String, Object> json() {
    Map<String, Object> optimizers = new LinkedHashMap<>();
    optimizers.put("type", "Adam");
    optimizers.put(GanConfig.GENERATOR, generatorAdam.json());
    optimizers.put(GanConfig.DISCRIMINATOR, discriminatorAdam.json());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("probability_clip", probabilityClip);
    json.put("real_label_in_discriminator_step", realLabel);
    json.put("fake_label_in_discriminator_step", fakeLabel);
    json.put("optimizers", optimizers);
    json.put("initialization", initialization.toString());
    json.put("batch", batch);
    json.put("reuse_fakes", reuseFakes);
    json.put("separate_updates", separateUpdates);
    json.put("epochs", duration.epochs());
    json.put("steps", duration.steps());
    return json;
  }

  /** The same with other labels. */
  public GanRecipe withLabels(double real, double fake) {
    return new GanRecipe(
        probabilityClip,
        real,
        fake,
        generatorAdam,
        discriminatorAdam,
        initialization,
        batch,
        reuseFakes,
        separateUpdates,
        duration);
  }

  /** The same with other optimisers. */
  public GanRecipe withAdam(AdamConfig generator, AdamConfig discriminator) {
    return new GanRecipe(
        probabilityClip,
        realLabel,
        fakeLabel,
        generator,
        discriminator,
        initialization,
        batch,
        reuseFakes,
        separateUpdates,
        duration);
  }

  /** The same with fresh parameters drawn another way. */
  public GanRecipe with(Initialization other) {
    return new GanRecipe(
        probabilityClip,
        realLabel,
        fakeLabel,
        generatorAdam,
        discriminatorAdam,
        other,
        batch,
        reuseFakes,
        separateUpdates,
        duration);
  }

  /**
   * The same with other batches.
   *
   * @param reuse as {@link #reuseFakes}
   */
  public GanRecipe withBatch(int size, boolean reuse) {
    return new GanRecipe(
        probabilityClip,
        realLabel,
        fakeLabel,
        generatorAdam,
        discriminatorAdam,
        initialization,
        size,
        reuse,
        separateUpdates,
        duration);
  }

  /** The same for longer or shorter. */
  public GanRecipe with(Duration other) {
    return new GanRecipe(
        probabilityClip,
        realLabel,
        fakeLabel,
        generatorAdam,
        discriminatorAdam,
        initialization,
        batch,
        reuseFakes,
        separateUpdates,
        other);
  }
}
