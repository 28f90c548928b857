package dev.kernite.cli;

import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanRecipe;
import dev.kernite.models.gan.RecordedData;
import java.nio.file.Path;

/** What {@code gan --data} names: ready steps in a file, or images to draw them from. */
final class GanSource implements AutoCloseable {
  private static final String MNIST = "mnist";
  private static final String SMALL = "mnist-small";

  private final String name;
  private final RecordedData steps; // null where images are drawn
  private final Mnist mnist; // null where steps are ready
  private final Dataset images;

  private GanSource(String name, RecordedData steps, Mnist mnist) {
    this.name = name;
    this.steps = steps;
    this.mnist = mnist;
    this.images = mnist == null ? null : mnist.training().scaled(PixelScale.SIGNED);
  }

  static GanSource of(String data) {
    if (data.endsWith(".safetensors")) {
      return new GanSource(data, RecordedData.open(Path.of(data)), null);
    }
    Mnist digits =
        switch (data) {
          case MNIST -> Mnist.cached();
          case SMALL -> Mnist.bundled();
          default -> Mnist.open(Path.of(data));
        };
    return new GanSource(data, null, digits);
  }

  /** Whether the steps are ready: batches and noise are then given. */
  boolean isRecorded() {
    return steps != null;
  }

  /** Shape of one image. */
  long[] image() {
    return isRecorded() ? steps.image() : images.itemShape().toArray();
  }

  /**
   * The configuration with the batches that the data make.
   *
   * @param batchSize as asked for, or null
   */
  GanConfig adapted(GanConfig config, Integer batchSize) {
    GanRecipe recipe = config.recipe();
    if (!isRecorded()) {
      int size = batchSize == null ? recipe.batch() : batchSize;
      return config.with(recipe.withBatch(size, recipe.reuseFakes()));
    }
    if (batchSize != null && batchSize != steps.noiseRows()) {
      throw new CommandException(
          "%s: has batches of %d images; leave --batch-size %d out"
              .formatted(name, steps.noiseRows(), batchSize));
    }
    return config.with(recipe.withBatch(steps.noiseRows(), !steps.separateNoise()));
  }

  /**
   * The steps; images and noise that are drawn follow from the seed.
   *
   * @param samples rows of the fixed noise, where it is drawn
   */
  GanData data(GanRecipe recipe, int samples, long seed) {
    return isRecorded() ? steps : new DrawnData(images, recipe, samples, seed);
  }

  @Override
  public void close() {
    if (isRecorded()) {
      steps.close();
    } else {
      mnist.close();
    }
  }
}
