package dev.kernite.models.measure;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.sequential.Layer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One step of training the GAN of the preset {@code mlp}: both networks forward and backward, two
 * updates; a batch comes from the host, noise is drawn.
 */
public final class GanWork implements Workload {
  private final Gan gan;
  private final RandomImages data;
  private final GanTrainer trainer;
  private GanStep last;
  private long steps;

  /** Trains on one batch of random images again and again. */
  public GanWork(Engine engine) {
    GanConfig config = GanConfig.preset("mlp");
    data = new RandomImages(config.recipe().batch(), 28 * 28);
    gan = Gan.fresh(engine, config);
    trainer = new GanTrainer(gan, data);
  }

  @Override
  public String op() {
    return "gan training step";
  }

  @Override
  public String shape() {
    return "mlp, batch %d".formatted(data.rows);
  }

  @Override
  public double items() {
    return data.rows;
  }

  @Override
  public String item() {
    return "images";
  }

  /**
   * Products only. The generator goes forward once and backward, without a gradient of the noise.
   * The discriminator goes forward over three batches; its weights learn from two of them, the
   * images get a gradient from the third.
   */
  @Override
  public double flops() {
    double generator = weights(gan.config().generator(), false);
    double generatorInner = weights(gan.config().generator(), true);
    double discriminator = weights(gan.config().discriminator(), false);
    double discriminatorInner = weights(gan.config().discriminator(), true);
    return 2.0
        * data.rows
        * (2 * generator + generatorInner + 6 * discriminator + 2 * discriminatorInner);
  }

  /**
   * Numbers in weight matrices.
   *
   * @param inner without those of the first layer
   */
  private static double weights(List<Layer> layers, boolean inner) {
    return layers.stream()
        .skip(inner ? 1 : 0)
        .filter(layer -> layer instanceof Layer.Linear)
        .mapToDouble(layer -> layer.parameters().get("weight").size())
        .sum();
  }

  /** Weights are read in each pass; they, their gradients and moments in the update. */
  @Override
  public double bytes() {
    return Float.BYTES * gan.tensors().values().stream().mapToDouble(t -> 10.0 * t.size()).sum();
  }

  @Override
  public void run() {
    last = trainer.update(steps++);
  }

  @Override
  public void settle() {
    gan.engine().backend().memory().synchronize();
  }

  @Override
  public void spoil() {
    last = null;
  }

  /** The discriminator tells one batch of noise from what the generator makes. */
  @Override
  public void check() {
    GanStep before = last;
    for (int i = 0; i < 3; i++) {
      run();
    }
    if (before == null || !(last.dLoss() < before.dLoss() && last.gLoss() > 0)) {
      throw new ModelException("%s: from %s to %s".formatted(op(), before, last));
    }
  }

  /**
   * The first steps of a run of its own, for who computes the same elsewhere.
   *
   * @param weights parameters at the start, by name
   * @param noise of each step, [batch, 100]
   * @param steps what came out
   */
  public record Trial(Map<String, float[]> weights, List<float[]> noise, List<GanStep> steps) {}

  /** Makes some steps from fresh weights on the images of this work. */
  public Trial trial(int steps) {
    Engine engine = gan.engine();
    Map<String, float[]> weights = new TreeMap<>();
    List<float[]> noises = new ArrayList<>();
    List<GanStep> done = new ArrayList<>();
    try (Gan fresh = Gan.fresh(engine, gan.config());
        GanTrainer own = new GanTrainer(fresh, data);
        Scope _ = engine.scope()) {
      fresh.tensors().forEach((name, tensor) -> weights.put(name, tensor.toFloats()));
      Tensor noise = engine.zeros(fresh.noiseShape(data.rows));
      for (int step = 0; step < steps; step++) {
        data.noise(step, false, noise);
        noises.add(noise.toFloats());
        done.add(own.update(step));
      }
    }
    return new Trial(weights, noises, done);
  }

  /** The networks, and how they are trained. */
  public GanConfig config() {
    return gan.config();
  }

  /** The real images of each step, [batch, pixels]. */
  public MemorySegment images() {
    return data.images;
  }

  @Override
  public void close() {
    trainer.close();
    gan.close();
    data.close();
  }

  /** One batch of random pixels, and noise that is drawn anew each step. */
  private static final class RandomImages implements GanData {
    private static final long SEED = 1;

    private final int rows;
    private final int pixels;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment images;

    RandomImages(int rows, int pixels) {
      this.rows = rows;
      this.pixels = pixels;
      SplittableRandom random = new SplittableRandom(SEED);
      images = arena.allocate(ValueLayout.JAVA_FLOAT, (long) rows * pixels);
      for (long i = 0; i < (long) rows * pixels; i++) {
        images.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
      }
    }

    @Override
    public int realRows() {
      return rows;
    }

    @Override
    public int noiseRows() {
      return rows;
    }

    @Override
    public long[] image() {
      return new long[] {pixels};
    }

    @Override
    public boolean separateNoise() {
      return false;
    }

    @Override
    public long stepsPerEpoch() {
      return Long.MAX_VALUE;
    }

    @Override
    public long fingerprint() {
      return SEED;
    }

    @Override
    public void real(long step, Tensor to) {
      to.copyFrom(images);
    }

    @Override
    public void noise(long step, boolean generator, Tensor noise) {
      long n = noise.size();
      noise
          .engine()
          .backend()
          .random()
          .normal(noise.address(), n, 0, 1, SEED, step * ((n + 3) / 4));
    }

    @Override
    public Tensor fixedInput(Engine engine, Gan gan) {
      return engine.zeros(gan.noiseShape(1));
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
