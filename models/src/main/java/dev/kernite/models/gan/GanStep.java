package dev.kernite.models.gan;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * What is recorded of a step; losses in nats, before the updates. Means are of what the
 * discriminator answers: probabilities with BCELoss, logits with BCEWithLogitsLoss.
 *
 * @param step number of the step, from 0
 * @param dLossReal the discriminator's mean loss over real images
 * @param dLossFake over generated ones
 * @param dLoss the sum of both; with separate updates their mean, as Keras reports it
 * @param gLoss the generator's mean loss
 * @param real the discriminator's answers to real images
 * @param fake to generated ones, in its own step
 * @param content mean squared difference of enlarged images from the true ones, which is then a
 *     part of the generator's loss; none for images made of noise. Without an adversarial loss what
 *     concerns the discriminator is NaN
 */
public record GanStep(
    long step,
    double dLoss,
    double dLossReal,
    double dLossFake,
    double gLoss,
    Answers real,
    Answers fake,
    OptionalDouble content) {

  /** The column that comes behind the others where images are enlarged. */
  public static final String CONTENT = "content_loss";

  /** The columns of the log, in order. */
  public static final List<String> COLUMNS =
      List.of(
          "d_loss",
          "d_loss_real",
          "d_loss_fake",
          "g_loss",
          "d_real_mean",
          "d_fake_mean",
          "d_accuracy");

  /**
   * The discriminator's answers to a batch.
   *
   * @param mean as it gives them
   * @param probability mean probability of being real
   * @param right part of the images that it takes for what they are
   */
  public record Answers(double mean, double probability, double right) {}

  /** A step in which the discriminator takes no part. */
  static GanStep withoutDiscriminator(long step, double loss, double content) {
    double nan = Double.NaN;
    Answers none = new Answers(nan, nan, nan);
    return new GanStep(step, nan, nan, nan, loss, none, none, OptionalDouble.of(content));
  }

  /** The columns of the log of a run. */
  public static List<String> columns(Condition condition) {
    if (!(condition instanceof Condition.Reduced)) {
      return COLUMNS;
    }
    List<String> columns = new ArrayList<>(COLUMNS);
    columns.add(CONTENT);
    return columns;
  }

  /** Part of all images that the discriminator takes for what they are. */
  public double accuracy() {
    return (real.right + fake.right) / 2;
  }

  /** Whether all losses are numbers. */
  public boolean isFinite() {
    boolean alone = content.isPresent() && Double.isNaN(dLoss); // else the generator's were NaN too
    return Double.isFinite(gLoss) && (alone || Double.isFinite(dLoss));
  }

  /** The values of {@link #columns}. */
  public double[] values() {
    DoubleStream all =
        DoubleStream.of(dLoss, dLossReal, dLossFake, gLoss, real.mean, fake.mean, accuracy());
    return DoubleStream.concat(all, content.stream()).toArray();
  }
}
