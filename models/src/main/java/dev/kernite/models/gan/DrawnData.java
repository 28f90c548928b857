package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.data.LoaderOptions;

/**
 * Shuffled images of a data set, and normal noise (Philox4x32-10) that follows from the seed and
 * the step.
 */
public final class DrawnData implements GanData {
  /**
   * What noise is for; each has a key of its own, apart from the seed that weights are drawn by.
   */
  private enum Role {
    DISCRIMINATOR,
    GENERATOR,
    FIXED;

    long key(long seed) {
      return seed ^ (ordinal() + 1) * 0x9E3779B97F4A7C15L; // golden ratio: no two alike
    }
  }

  private final DataLoader loader;
  private final Dataset images;
  private final GanRecipe recipe;
  private final int samples;
  private final long seed;

  /**
   * Prepares the batches.
   *
   * @param images in the range that the generator makes, -1 to 1 for tanh
   * @param recipe says how many a step takes
   * @param samples rows of the fixed noise
   * @throws ModelException if the images do not fill a batch
   */
  public DrawnData(Dataset images, GanRecipe recipe, int samples, long seed) {
    if (samples < 1) {
      throw new ModelException("at least one sample must be drawn, not " + samples);
    }
    this.images = images;
    this.recipe = recipe;
    this.samples = samples;
    this.seed = seed;
    this.loader = new DataLoader(images, LoaderOptions.shuffled(realRows(), seed).droppingLast());
  }

  @Override
  public int realRows() {
    return recipe.separateUpdates() ? recipe.batch() / 2 : recipe.batch();
  }

  @Override
  public int noiseRows() {
    return recipe.batch();
  }

  @Override
  public long[] image() {
    return images.itemShape().toArray();
  }

  @Override
  public boolean separateNoise() {
    return !recipe.reuseFakes();
  }

  @Override
  public long stepsPerEpoch() {
    return loader.stepsPerEpoch();
  }

  @Override
  public long fingerprint() {
    return loader.fingerprint();
  }

  @Override
  public void real(long step, Tensor to) {
    ItemBatch batch = loader.batch(step);
    to.copyFrom(batch.items());
  }

  @Override
  public void noise(long step, boolean generator, Tensor noise) {
    draw(generator ? Role.GENERATOR : Role.DISCRIMINATOR, step, noise);
  }

  @Override
  public Tensor fixedNoise(Engine engine, Gan gan) {
    Tensor noise = engine.zeros(gan.noiseShape(samples));
    draw(Role.FIXED, 0, noise);
    return noise;
  }

  private void draw(Role role, long step, Tensor noise) {
    long n = noise.size();
    long blocks = (n + 3) / 4;
    noise
        .engine()
        .backend()
        .random()
        .normal(noise.address(), n, 0, 1, role.key(seed), step * blocks);
  }

  /** Nanoseconds that steps have waited for images, in all. */
  public long stallNanos() {
    return loader.stallNanos();
  }

  @Override
  public void close() {
    loader.close();
  }
}
