package dev.kernite.models.training;

import java.util.List;
import java.util.Locale;

/**
 * What the curves of a run say about its length and size: whether the model learned too little, or
 * the training data by heart.
 *
 * @param kind in one word
 * @param reason the figures it follows from, in one line
 */
public record FitVerdict(Kind kind, String reason) {
  /** Losses that differ by less than this part, or by less than so many nats, are alike. */
  private static final double ALIKE = 0.02;

  private static final double ALIKE_NATS = 0.01;

  /** A training loss below this part of the held-out loss is one of texts known by heart. */
  private static final double BY_HEART = 0.5;

  /** Part of the log that the first and the last training loss are the means of. */
  private static final int PARTS = 10;

  /** What a fit can be. */
  public enum Kind {
    /** The losses were still falling, or never fell. */
    UNDERFITTING,
    /** The training loss fell on while the held-out loss rose or stayed far above it. */
    OVERFITTING,
    /** The held-out loss levelled off. */
    GOOD_FIT,
    /** There is not enough to judge by. */
    UNKNOWN;

    /** In words. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * Reads the curves.
   *
   * @param log training losses, with dropout; noisy, so ends are taken as means over a tenth
   * @param evaluations held-out losses, in order
   */
  public static FitVerdict of(List<TrainingLog.Entry> log, List<Evaluation> evaluations) {
    if (log.isEmpty() || evaluations.size() < 2) {
      return new FitVerdict(Kind.UNKNOWN, "judging the fit takes two evaluations or more");
    }
    int tenth = Math.max(1, log.size() / PARTS);
    double before = mean(log.subList(0, tenth));
    double after = mean(log.subList(log.size() - tenth, log.size()));
    Evaluation best = evaluations.get(EarlyStopping.best(evaluations));
    Evaluation last = evaluations.getLast();
    double previous = evaluations.get(evaluations.size() - 2).loss();
    String training = text("the training loss went from %.3f to %.3f", before, after);
    if (below(best.loss(), last.loss()) && after < before) {
      return new FitVerdict(
          Kind.OVERFITTING,
          text(
              "the held-out loss rose from %.3f after step %d to %.3f, while %s",
              best.loss(), best.step(), last.loss(), training));
    }
    if (!below(after, before)) {
      return new FitVerdict(
          Kind.UNDERFITTING, training + "; raise the learning rate or train longer");
    }
    if (below(last.loss(), previous)) {
      return new FitVerdict(
          Kind.UNDERFITTING,
          text(
              "the held-out loss was still falling at the end, from %.3f to %.3f; train longer",
              previous, last.loss()));
    }
    if (after < BY_HEART * last.loss() && below(after, last.loss())) {
      return new FitVerdict(
          Kind.OVERFITTING,
          text(
              "%s, far below the held-out loss of %.3f; use more data, dropout or weight decay",
              training, last.loss()));
    }
    return new FitVerdict(
        Kind.GOOD_FIT,
        text("the held-out loss levelled off at %.3f, and %s", last.loss(), training));
  }

  /** Whether a loss is lower than another by more than noise. */
  private static boolean below(double lower, double higher) {
    return lower < higher - Math.max(ALIKE * higher, ALIKE_NATS);
  }

  private static double mean(List<TrainingLog.Entry> part) {
    return part.stream().mapToDouble(TrainingLog.Entry::loss).average().orElse(Double.NaN);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
