package dev.kernite.cli;

import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanRecipe;
import dev.kernite.models.gan.RecordedData;
import java.nio.file.Path;

/** What {@code gan --data} names: ready steps in a file, or images to draw them from. */
final class GanSource implements AutoCloseable {
  private final String name;
  private final RecordedData steps; // null where images are drawn
  private final Dataset images; // null where steps are ready
  private final PictureSource pictures;

  private GanSource(String name, RecordedData steps, PictureSource pictures, Dataset images) {
    this.name = name;
    this.steps = steps;
    this.pictures = pictures;
    this.images = images;
  }

  /**
   * Opens them.
   *
   * @param perClass images of each class, chosen by the seed; null for all
   */
  static GanSource of(String data, Integer perClass, long seed) {
    if (data.endsWith(".safetensors")) {
      if (perClass != null) {
        throw new CommandException("--per-class chooses among images; " + data + " has steps");
      }
      return new GanSource(data, RecordedData.open(Path.of(data)), null, null);
    }
    PictureSource pictures = PictureSource.of(data);
    try {
      return new GanSource(data, null, pictures, pictures.training(perClass, seed));
    } catch (RuntimeException | Error e) {
      pictures.close();
      throw e;
    }
  }

  /** Whether the steps are ready: batches and noise are then given. */
  boolean isRecorded() {
    return steps != null;
  }

  /** The images, from -1 to 1; null where steps are ready. */
  Dataset images() {
    return images;
  }

  /** Images that are not learnt from, from -1 to 1; null where there are none. */
  Dataset heldOut() {
    return isRecorded() || pictures.test() == null
        ? null
        : pictures.test().scaled(PixelScale.SIGNED);
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
    if (isRecorded()) {
      return steps;
    }
    Dataset examples = heldOut() == null ? images : heldOut();
    return new DrawnData(images, examples, recipe, samples, seed);
  }

  @Override
  public void close() {
    if (isRecorded()) {
      steps.close();
    } else {
      pictures.close();
    }
  }
}
