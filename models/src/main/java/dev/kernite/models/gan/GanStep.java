package dev.kernite.models.gan;

import java.util.List;

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
 */
public record GanStep(
    long step,
    double dLoss,
    double dLossReal,
    double dLossFake,
    double gLoss,
    Answers real,
    Answers fake) {

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

  /** Part of all images that the discriminator takes for what they are. */
  public double accuracy() {
    return (real.right + fake.right) / 2;
  }

  /** Whether all losses are numbers. */
  public boolean isFinite() {
    return Double.isFinite(dLoss) && Double.isFinite(gLoss);
  }

  /** The values of {@link #COLUMNS}. */
  public double[] values() {
    return new double[] {dLoss, dLossReal, dLossFake, gLoss, real.mean, fake.mean, accuracy()};
  }
}
