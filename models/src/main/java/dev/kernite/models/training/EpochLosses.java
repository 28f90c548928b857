package dev.kernite.models.training;

import java.util.ArrayList;
import java.util.List;

/** The mean loss of each epoch of a run. */
public final class EpochLosses {
  private EpochLosses() {}

  /**
   * Averages over the steps of each epoch that was finished.
   *
   * @param log from the first step on
   * @return nats, an epoch each
   */
  public static List<Double> of(List<TrainingLog.Entry> log, long stepsPerEpoch) {
    List<Double> means = new ArrayList<>();
    double sum = 0;
    for (TrainingLog.Entry entry : log) {
      sum += entry.loss();
      if ((entry.step() + 1) % stepsPerEpoch == 0) {
        means.add(sum / stepsPerEpoch);
        sum = 0;
      }
    }
    return means;
  }

  /**
   * Adds up an epoch that was begun.
   *
   * @param step a step of that epoch
   * @return nats, of the epoch's steps before that one
   */
  public static double sumBefore(long step, List<TrainingLog.Entry> log, long stepsPerEpoch) {
    long first = step - step % stepsPerEpoch;
    return log.stream()
        .filter(entry -> entry.step() >= first && entry.step() < step)
        .mapToDouble(TrainingLog.Entry::loss)
        .sum();
  }
}
