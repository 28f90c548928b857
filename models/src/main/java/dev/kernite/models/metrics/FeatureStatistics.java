package dev.kernite.models.metrics;

import dev.kernite.models.ModelException;

/**
 * Mean and covariance of feature vectors, gathered one by one in float64 (Welford 1962, for
 * vectors), so that they need not be kept.
 */
public final class FeatureStatistics {
  private final int dimensions;
  private final double[] mean;

  /** Sums of products of deviations from the mean, [dimensions, dimensions], upper triangle. */
  private final double[] products;

  private final double[] deviation;
  private long count;

  /**
   * Begins with no vector.
   *
   * @param dimensions values in a vector, at least 1
   */
  public FeatureStatistics(int dimensions) {
    if (dimensions < 1) {
      throw new ModelException("feature vectors need at least one value");
    }
    this.dimensions = dimensions;
    this.mean = new double[dimensions];
    this.products = new double[Math.multiplyExact(dimensions, dimensions)];
    this.deviation = new double[dimensions];
  }

  /**
   * Adds vectors.
   *
   * @param features [n, dimensions], row-major
   * @throws ModelException if they are no whole number of vectors, or a value is not finite
   */
  public void add(float[] features) {
    if (features.length % dimensions != 0) {
      throw new ModelException(
          "%d values are no whole number of vectors of %d".formatted(features.length, dimensions));
    }
    for (float value : features) {
      if (!Float.isFinite(value)) {
        throw new ModelException("a feature is " + value + "; the model that gives it is broken");
      }
    }
    for (int row = 0; row < features.length; row += dimensions) {
      addOne(features, row);
    }
  }

  private void addOne(float[] features, int row) {
    count++;
    for (int i = 0; i < dimensions; i++) {
      deviation[i] = features[row + i] - mean[i];
      mean[i] += deviation[i] / count;
    }
    double weight = (count - 1.0) / count;
    for (int i = 0; i < dimensions; i++) {
      double scaled = weight * deviation[i];
      for (int j = i; j < dimensions; j++) {
        products[i * dimensions + j] += scaled * deviation[j];
      }
    }
  }

  /** Values in a vector. */
  public int dimensions() {
    return dimensions;
  }

  /** Number of vectors. */
  public long count() {
    return count;
  }

  /** The mean, [dimensions]. */
  public double[] mean() {
    return mean.clone();
  }

  /**
   * The covariance, [dimensions, dimensions], unbiased (divided by count - 1, as numpy's {@code
   * cov}).
   *
   * @throws ModelException if there are fewer than two vectors
   */
  public double[] covariance() {
    if (count < 2) {
      throw new ModelException("a covariance needs two vectors at least, there are " + count);
    }
    double[] covariance = new double[products.length];
    for (int i = 0; i < dimensions; i++) {
      for (int j = i; j < dimensions; j++) {
        double value = products[i * dimensions + j] / (count - 1);
        covariance[i * dimensions + j] = value;
        covariance[j * dimensions + i] = value;
      }
    }
    return covariance;
  }
}
