package dev.kernite.models.metrics;

import dev.kernite.models.ModelException;

/**
 * Fréchet distance between two sets of features, each taken for a normal distribution (Dowson and
 * Landau 1982): |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)). With the features of an Inception
 * network this is the FID (Heusel et al. 2017); with others its size says nothing beside an FID.
 *
 * <p>S1 S2 is not symmetric and may be singular, so its root is not taken. With S1 = V L V^T, the
 * symmetric L^(1/2) V^T S2 V L^(1/2) has the same eigenvalues, and the trace of the root is the sum
 * of their roots. What rounding has made negative counts as 0.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * The distance, 0 or more; in the squared unit of the features.
   *
   * @throws ModelException if the numbers of dimensions differ, or a set has fewer than two vectors
   */
  public static double between(FeatureStatistics first, FeatureStatistics second) {
    int n = first.dimensions();
    if (second.dimensions() != n) {
      throw new ModelException(
          "features of %d values cannot be compared with features of %d"
              .formatted(n, second.dimensions()));
    }
    double[] s1 = first.covariance();
    double[] s2 = second.covariance();
    double[] m1 = first.mean();
    double[] m2 = second.mean();
    double distance = -2 * traceOfRoot(s1, s2, n);
    for (int i = 0; i < n; i++) {
      double apart = m1[i] - m2[i];
      distance += apart * apart + s1[i * n + i] + s2[i * n + i];
    }
    return Math.max(0, distance);
  }

  private static double traceOfRoot(double[] s1, double[] s2, int n) {
    SymmetricEigen first = SymmetricEigen.of(s1, n);
    double[] half = first.vectors(); // rows are eigenvectors; times the roots: L^(1/2) V^T
    for (int i = 0; i < n; i++) {
      double root = Math.sqrt(Math.max(0, first.values()[i]));
      for (int k = 0; k < n; k++) {
        half[i * n + k] *= root;
      }
    }
    double[] product = new double[n * n];
    double[] row = new double[n];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < n; k++) {
        row[k] = dot(half, i * n, s2, k * n, n);
      }
      for (int j = 0; j < n; j++) {
        product[i * n + j] = dot(row, 0, half, j * n, n);
      }
    }
    double trace = 0;
    for (double value : SymmetricEigen.of(product, n).values()) {
      trace += Math.sqrt(Math.max(0, value));
    }
    return trace;
  }

  private static double dot(double[] a, int fromA, double[] b, int fromB, int n) {
    double sum = 0;
    for (int k = 0; k < n; k++) {
      sum += a[fromA + k] * b[fromB + k];
    }
    return sum;
  }
}
