package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.data.LoaderOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

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
  private final Dataset examples;
  private final GanRecipe recipe;
  private final int samples;
  private final long seed;
  private ItemBatch batch; // the one that was asked for last
  private long batchStep = -1;

  /**
   * Prepares the batches.
   *
   * @param images in the range that the generator makes, -1 to 1 for tanh
   * @param recipe says how many a step takes
   * @param samples images that are made of the fixed input
   * @throws ModelException if the images do not fill a batch
   */
  public DrawnData(Dataset images, GanRecipe recipe, int samples, long seed) {
    this(images, images, recipe, samples, seed);
  }

  /**
   * Prepares the batches.
   *
   * @param examples images whose first {@code samples} are enlarged to be looked at, best not of
   *     those to learn from
   * @throws ModelException if the images do not fill a batch
   */
  public DrawnData(Dataset images, Dataset examples, GanRecipe recipe, int samples, long seed) {
    if (samples < 1) {
      throw new ModelException("at least one sample must be drawn, not " + samples);
    }
    this.images = images;
    this.examples = examples;
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
    to.copyFrom(batch(step).items());
  }

  /** Asks the loader once for the batch of a step: images and classes are of the same. */
  private ItemBatch batch(long step) {
    if (step != batchStep) {
      batch = loader.batch(step);
      batchStep = step;
    }
    return batch;
  }

  @Override
  public int classes() {
    return images.classes().size();
  }

  @Override
  public void classes(long step, Tensor oneHot) {
    int classes = classes();
    float[] rows = new float[(int) oneHot.size()];
    MemorySegment labels = batch(step).labels();
    for (int i = 0; i < realRows(); i++) {
      rows[i * classes + labels.getAtIndex(ValueLayout.JAVA_INT, i)] = 1;
    }
    oneHot.copyFrom(MemorySegment.ofArray(rows));
  }

  @Override
  public void noise(long step, boolean generator, Tensor noise) {
    draw(generator ? Role.GENERATOR : Role.DISCRIMINATOR, step, noise);
  }

  @Override
  public Tensor fixedInput(Engine engine, Gan gan) {
    if (gan.config().condition() instanceof Condition.Reduced) {
      return engine.scoped(() -> gan.reduced(examples(engine)));
    }
    Tensor noise = engine.zeros(gan.noiseShape(samples));
    draw(Role.FIXED, 0, noise);
    return gan.classes() == 0 ? noise : gan.told(noise, gan.oneHot(inTurn(gan.classes())));
  }

  /** As many samples of each class, those of a class together. */
  private int[] inTurn(int classes) {
    if (samples % classes != 0) {
      throw new ModelException(
          "%d samples cannot be as many of each of %d classes; draw a multiple of %d"
              .formatted(samples, classes, classes));
    }
    int[] labels = new int[samples];
    Arrays.setAll(labels, i -> i / (samples / classes));
    return labels;
  }

  @Override
  public Tensor examples(Engine engine) {
    int[] first = new int[Math.min(samples, examples.size())];
    Arrays.setAll(first, i -> i);
    LoaderOptions whole = LoaderOptions.inOrder(first.length).prefetching(0);
    try (DataLoader all = new DataLoader(examples.select(first), whole)) {
      return all.batch(0).items(engine);
    }
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

  @Override
  public long stallNanos() {
    return loader.stallNanos();
  }

  @Override
  public void close() {
    loader.close();
  }
}
