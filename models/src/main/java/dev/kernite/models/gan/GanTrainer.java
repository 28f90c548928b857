package dev.kernite.models.gan;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.clamp;
import static dev.kernite.engine.Functional.mean;
import static dev.kernite.engine.Functional.mse;
import static dev.kernite.engine.Functional.mul;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Bce;
import dev.kernite.engine.op.BceWithLogits;
import dev.kernite.engine.op.PairwiseLoss;
import dev.kernite.engine.op.Reduction;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.models.ModelException;
import dev.kernite.models.sequential.Network;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Trains a GAN step by step: first the discriminator learns to tell real images from generated
 * ones, then the generator to be taken for real by the discriminator as it is now. After the first
 * step it asks the system for no more memory.
 *
 * <p>Real and generated images go through the discriminator as one batch, which reads its weights
 * once, unless it normalises batches: then each kind has its own statistics, as in PyTorch's
 * examples. Losses are computed image by image and averaged here, so that one pass gives them all.
 *
 * <p>Under a {@link Condition} the generated images are counterparts of the step's real ones: of
 * the same classes, or made of the same images reduced.
 */
public final class GanTrainer implements AutoCloseable {
  private final Gan gan;
  private final GanRecipe recipe;
  private final GanData data;
  private final Engine engine;
  private final Network frozen; // the discriminator, its parameters as constants
  private final Adam generatorAdam;
  private final Adam discriminatorAdam;
  private final PairwiseLoss loss;
  private final Condition.Reduced enlargement; // null where images are made of noise
  private final boolean together; // both kinds of images in one batch

  private final int rows;
  private final Tensor images; // real ones, then generated ones
  private final Tensor targets; // for the discriminator, one for each of the images
  private final Tensor shares; // what each image's loss counts
  private final Tensor generatorTargets;
  private final Tensor generatorShares;
  private final Tensor noise; // null where images are enlarged
  private final Tensor classes; // those of the real images, twice; null where none are told
  private final Tensor generatorNoise; // null where the generator reuses images

  /**
   * Puts a trainer together.
   *
   * @param gan the networks and their recipe; stays the caller's
   * @param data what to learn from; its numbers of images count, not the recipe's; stays the
   *     caller's
   * @throws ModelException if networks and data do not fit each other
   */
  public GanTrainer(Gan gan, GanData data) {
    this.gan = gan;
    this.recipe = gan.config().recipe();
    this.data = data;
    this.engine = gan.engine();
    this.frozen = gan.discriminator().frozen();
    this.loss =
        gan.config().loss() == GanLoss.BCE
            ? new Bce(Reduction.NONE)
            : new BceWithLogits(Reduction.NONE);
    this.enlargement = gan.config().condition() instanceof Condition.Reduced r ? r : null;
    this.together = !recipe.separateUpdates() && !gan.discriminator().seesBatch();
    this.rows = data.realRows();
    int made = data.noiseRows();
    requireFits(data);
    images = engine.empty(DType.F32, gan.imageShape(2L * rows, data.image())).disown();
    targets = full(2 * rows, (float) recipe.realLabel());
    Tensor fakeTargets = second(targets);
    engine
        .backend()
        .elementwise()
        .fill(fakeTargets.address(), fakeTargets.size(), (float) recipe.fakeLabel());
    shares = full(2 * rows, 1f / rows);
    generatorTargets = full(made, 1);
    generatorShares = full(made, 1f / made);
    noise = enlargement == null ? engine.empty(DType.F32, gan.noiseShape(rows)).disown() : null;
    classes =
        gan.classes() == 0
            ? null
            : engine.empty(DType.F32, Shape.of(2L * rows, gan.classes())).disown();
    generatorNoise =
        data.separateNoise() ? engine.empty(DType.F32, gan.noiseShape(made)).disown() : null;
    generatorAdam = recipe.generatorAdam().optimizer(gan.generator().parameters());
    discriminatorAdam = recipe.discriminatorAdam().optimizer(gan.discriminator().parameters());
  }

  private Tensor full(long n, float value) {
    return engine.full(Shape.of(n, 1), value).disown();
  }

  private void requireFits(GanData data) {
    if (gan.classes() != 0 && gan.classes() != data.classes()) {
      throw new ModelException(
          "the networks are told one of %d classes, the data have %d"
              .formatted(gan.classes(), data.classes()));
    }
    Shape wanted = gan.imageShape(1, data.image());
    try (Scope _ = engine.scope()) {
      Shape made = gan.generate(trial()).shape();
      if (made.size() != wanted.size()) {
        throw new ModelException(
            "the generator makes images %s, the discriminator takes %s".formatted(made, wanted));
      }
    }
  }

  /** Input for one image. */
  private Tensor trial() {
    if (enlargement != null) {
      return gan.reduced(engine.zeros(planes(1)));
    }
    Tensor nothing = engine.zeros(gan.noiseShape(1));
    return gan.classes() == 0 ? nothing : gan.told(nothing, gan.oneHot(0));
  }

  /** What it trains. */
  public Gan gan() {
    return gan;
  }

  /** What it trains on. */
  public GanData data() {
    return data;
  }

  /** The optimisers by what a saved state calls them. */
  Map<String, Optimizer> optimizers() {
    return Map.of(
        "discriminator_optimizer", discriminatorAdam, "generator_optimizer", generatorAdam);
  }

  /**
   * Makes one update of each network. The gradients stay until the next step.
   *
   * @param step 0 for the first
   */
  public GanStep update(long step) {
    read(step);
    try (Scope _ = engine.scope()) {
      boolean reuse = generatorNoise == null;
      Tensor input = input();
      Tensor fakes =
          reuse
              ? gan.generator().apply(input, true)
              : engine.noGrad(() -> gan.generator().apply(input, true));
      if (enlargement != null) {
        return enlarge(step, fakes);
      }
      Pass[] shown = discriminatorStep(fakes.detach());
      if (!reuse) {
        data.noise(step, true, generatorNoise);
        fakes = gan.generator().apply(generatorNoise, true);
      }
      generatorAdam.clearGradients();
      Shape shape = images.shape().with(0, generatorTargets.size());
      Pass made = pass(frozen, fakes.reshape(shape), generatorTargets, generatorShares);
      generatorAdam.step(recipe.generatorAdam().lr());
      return record(step, shown[0], shown[1], made.loss(), OptionalDouble.empty());
    }
  }

  private void read(long step) {
    data.real(step, first(images));
    if (noise != null) {
      data.noise(step, false, noise);
    }
    if (classes != null) {
      data.classes(step, first(classes));
      copy(first(classes), second(classes));
    }
  }

  /** What the generator makes the step's images of. */
  private Tensor input() {
    if (enlargement != null) {
      return gan.reduced(truth());
    }
    return classes == null ? noise : gan.told(noise, first(classes));
  }

  /** The real images of the step, [batch, channels, height, width]. */
  private Tensor truth() {
    return first(images).reshape(planes(rows));
  }

  private Shape planes(long n) {
    long[] image = data.image();
    if (image.length != 3) {
      throw new ModelException(
          "only images [channels, height, width] can be enlarged, not " + Shape.of(image));
    }
    return Shape.of(n, image[0], image[1], image[2]);
  }

  /**
   * The rest of a step that enlarges images: they are to be near the true ones, and to be taken for
   * such.
   */
  private GanStep enlarge(long step, Tensor fakes) {
    Shape shape = first(images).shape();
    Tensor large = fakes.reshape(shape);
    float weight = (float) enlargement.adversarialWeight();
    Pass[] shown = weight > 0 ? discriminatorStep(fakes.detach()) : null;
    generatorAdam.clearGradients();
    Tensor content = mse(large, first(images));
    Tensor total = mul(content, (float) enlargement.contentWeight());
    if (weight > 0) {
      Tensor losses = losses(answers(frozen, large, generatorTargets), generatorTargets);
      total = add(total, mul(mean(losses), weight));
    }
    double difference = content.item();
    double sum = total.item();
    total.backward();
    generatorAdam.step(recipe.generatorAdam().lr());
    return shown == null
        ? GanStep.withoutDiscriminator(step, sum, difference)
        : record(step, shown[0], shown[1], sum, OptionalDouble.of(difference));
  }

  /** Shows the discriminator real and generated images; what it thought of them before. */
  private Pass[] discriminatorStep(Tensor fakes) {
    discriminatorAdam.clearGradients();
    if (together) {
      copy(fakes, second(images));
      Pass both = pass(gan.discriminator(), images, targets, shares);
      updateDiscriminator();
      return new Pass[] {both.part(0, rows), both.part(rows, 2 * rows)};
    }
    Pass real = pass(gan.discriminator(), first(images), first(targets), first(shares));
    if (recipe.separateUpdates()) {
      updateDiscriminator();
      discriminatorAdam.clearGradients();
    }
    Shape shape = first(images).shape();
    Pass fake = pass(gan.discriminator(), fakes.reshape(shape), second(targets), second(shares));
    updateDiscriminator();
    return new Pass[] {real, fake};
  }

  private void updateDiscriminator() {
    discriminatorAdam.step(recipe.discriminatorAdam().lr());
  }

  /** Forward and backward of both losses through a discriminator. */
  private Pass pass(Network discriminator, Tensor x, Tensor wanted, Tensor share) {
    Tensor answers = answers(discriminator, x, wanted);
    Tensor losses = losses(answers, wanted);
    Pass pass = new Pass(answers.toFloats(), losses.toFloats());
    losses.backward(share);
    return pass;
  }

  private Tensor answers(Network discriminator, Tensor x, Tensor wanted) {
    Tensor shown = classes == null ? x : gan.told(x, classes.narrow(0, 0, x.shape().dim(0)));
    Tensor answers = discriminator.apply(shown, true);
    if (answers.size() != wanted.size()) {
      throw new ModelException(
          "the discriminator answers %s to %d images; it must end in one number for each"
              .formatted(answers.shape(), wanted.size()));
    }
    return answers.reshape(wanted.shape());
  }

  private Tensor losses(Tensor answers, Tensor wanted) {
    float clip = (float) recipe.probabilityClip();
    Tensor clipped = clip > 0 && loss instanceof Bce ? clamp(answers, clip, 1 - clip) : answers;
    return loss.apply(clipped, wanted);
  }

  /** What the discriminator answered to some images, and what each answer cost. */
  private record Pass(float[] answers, float[] losses) {
    Pass part(int from, int to) {
      return new Pass(Arrays.copyOfRange(answers, from, to), Arrays.copyOfRange(losses, from, to));
    }

    double loss() {
      double sum = 0;
      for (float l : losses) {
        sum += l;
      }
      return sum / losses.length;
    }

    GanStep.Answers answers(boolean logits, boolean real) {
      double sum = 0;
      double probability = 0;
      int right = 0;
      for (float a : answers) {
        double p = logits ? 1 / (1 + Math.exp(-a)) : a;
        sum += a;
        probability += p;
        right += p > 0.5 == real ? 1 : 0;
      }
      int n = answers.length;
      return new GanStep.Answers(sum / n, probability / n, (double) right / n);
    }
  }

  private GanStep record(
      long step, Pass real, Pass fake, double generatorLoss, OptionalDouble content) {
    boolean logits = loss instanceof BceWithLogits;
    double sum = real.loss() + fake.loss();
    return new GanStep(
        step,
        recipe.separateUpdates() ? sum / 2 : sum,
        real.loss(),
        fake.loss(),
        generatorLoss,
        real.answers(logits, true),
        fake.answers(logits, false),
        content);
  }

  private Tensor first(Tensor both) {
    return both.narrow(0, 0, rows);
  }

  private Tensor second(Tensor both) {
    return both.narrow(0, rows, rows);
  }

  private void copy(Tensor from, Tensor to) {
    engine.backend().memory().copy(from.address(), to.address(), to.bytes());
  }

  /** Frees the optimisers and what is kept between steps; the networks stay. */
  @Override
  public void close() {
    generatorAdam.clearGradients();
    discriminatorAdam.clearGradients();
    generatorAdam.close();
    discriminatorAdam.close();
    for (Tensor t : new Tensor[] {images, targets, shares, generatorTargets, generatorShares}) {
      t.close();
    }
    for (Tensor t : new Tensor[] {noise, classes, generatorNoise}) {
      if (t != null) {
        t.close();
      }
    }
  }
}
