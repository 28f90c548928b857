package dev.kernite.models.measure;

import java.util.Arrays;

/**
 * What repeated measurements of one thing show.
 *
 * @param median half of them are lower
 * @param low a tenth of them are lower
 * @param high a tenth of them are higher
 */
public record Spread(double median, double low, double high) {
  /** The spread of at least one measurement. */
  public static Spread of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.1), quantile(sorted, 0.9));
  }

  private static double quantile(double[] sorted, double part) {
    double at = part * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }
}
