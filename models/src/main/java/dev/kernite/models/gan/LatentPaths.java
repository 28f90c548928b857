package dev.kernite.models.gan;

import dev.kernite.engine.Tensor;

/**
 * Points on the way from one noise vector to another: great circles, on which every point is as
 * likely as the ends (Shoemake 1985; White 2016); the straight way would lead through vectors
 * shorter than any that the generator has learnt from.
 */
final class LatentPaths {
  /** Below this sine of the angle between two vectors the straight way is as good. */
  private static final double PARALLEL = 1e-6;

  private LatentPaths() {}

  /**
   * Paths between some vectors: from 0 to 1, from {@code apart} to {@code apart + 1} and so on.
   *
   * @param noise [n, ...]
   * @param straight values at the end of each vector that are not noise, and go straight
   * @param apart at least 1
   * @param paths such that the vectors suffice
   * @param points on each path, its ends included; at least 2
   * @return [paths * points, ...]
   */
  static Tensor between(Tensor noise, int straight, int apart, int paths, int points) {
    int width = (int) (noise.size() / noise.shape().dim(0));
    float[] ends = noise.toFloats();
    float[] all = new float[paths * points * width];
    for (int path = 0; path < paths; path++) {
      int a = apart * path * width;
      double angle = angle(ends, a, a + width, width - straight);
      for (int point = 0; point < points; point++) {
        double t = (double) point / (points - 1);
        double sine = Math.sin(angle);
        boolean parallel = sine < PARALLEL;
        double from = parallel ? 1 - t : Math.sin((1 - t) * angle) / sine;
        double to = parallel ? t : Math.sin(t * angle) / sine;
        for (int i = 0; i < width; i++) {
          boolean round = i < width - straight;
          all[(path * points + point) * width + i] =
              (float)
                  ((round ? from : 1 - t) * ends[a + i] + (round ? to : t) * ends[a + width + i]);
        }
      }
    }
    return noise.engine().tensor(all, noise.shape().with(0, (long) paths * points));
  }

  private static double angle(float[] values, int a, int b, int width) {
    double product = 0;
    double squareA = 0;
    double squareB = 0;
    for (int i = 0; i < width; i++) {
      product += (double) values[a + i] * values[b + i];
      squareA += (double) values[a + i] * values[a + i];
      squareB += (double) values[b + i] * values[b + i];
    }
    double cosine = product / Math.sqrt(squareA * squareB);
    return Double.isNaN(cosine) ? 0 : Math.acos(Math.clamp(cosine, -1, 1));
  }
}
