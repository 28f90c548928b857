package dev.kernite.test.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.metrics.FeatureStatistics;
import dev.kernite.models.metrics.FrechetDistance;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Against closed forms, and against a matrix root found by another way, all in float64. */
class FrechetDistanceProperties {
  private static FeatureStatistics of(int dimensions, float... features) {
    FeatureStatistics statistics = new FeatureStatistics(dimensions);
    statistics.add(features);
    return statistics;
  }

  /** [n, d], normal, mixed by a random matrix so that the dimensions depend on each other. */
  private static float[] features(int n, int d, double shift, Random random) {
    double[] mix = new double[d * d];
    for (int i = 0; i < mix.length; i++) {
      mix[i] = random.nextGaussian();
    }
    float[] features = new float[n * d];
    double[] z = new double[d];
    for (int row = 0; row < n; row++) {
      for (int i = 0; i < d; i++) {
        z[i] = random.nextGaussian();
      }
      for (int i = 0; i < d; i++) {
        double sum = shift;
        for (int k = 0; k < d; k++) {
          sum += mix[i * d + k] * z[k];
        }
        features[row * d + i] = (float) sum;
      }
    }
    return features;
  }

  /** Two passes over all vectors, straight from the definition. */
  @Property(tries = 50)
  void meanAndCovarianceAreThoseOfTheDefinition(
      @ForAll @IntRange(min = 2, max = 50) int n,
      @ForAll @IntRange(min = 1, max = 6) int d,
      @ForAll long seed) {
    float[] features = features(n, d, 1000, new Random(seed));
    FeatureStatistics statistics = of(d, features);
    assertEquals(n, statistics.count());
    double[] mean = statistics.mean();
    double[] covariance = statistics.covariance();
    for (int i = 0; i < d; i++) {
      assertEquals(mean(features, n, d, i), mean[i], 1e-9);
      for (int j = 0; j < d; j++) {
        double sum = 0;
        for (int row = 0; row < n; row++) {
          sum +=
              (features[row * d + i] - mean(features, n, d, i))
                  * (features[row * d + j] - mean(features, n, d, j));
        }
        assertEquals(sum / (n - 1), covariance[i * d + j], 1e-9);
      }
    }
  }

  private static double mean(float[] features, int n, int d, int i) {
    double sum = 0;
    for (int row = 0; row < n; row++) {
      sum += features[row * d + i];
    }
    return sum / n;
  }

  /** In one dimension: (m1 - m2)^2 + (s1 - s2)^2. */
  @Example
  void oneDimensionByHand() {
    FeatureStatistics a = of(1, -1, 1); // mean 0, variance 2
    FeatureStatistics b = of(1, 1, 3, 5); // mean 3, variance 4
    assertEquals(9 + Math.pow(2 - Math.sqrt(2), 2), FrechetDistance.between(a, b), 1e-14);
  }

  /** In two, the root of a matrix M has the trace sqrt(tr M + 2 sqrt(det M)). */
  @Property(tries = 200)
  void twoDimensionsInClosedForm(@ForAll long seed) {
    Random random = new Random(seed);
    FeatureStatistics a = of(2, features(20, 2, 0, random));
    FeatureStatistics b = of(2, features(20, 2, 1, random));
    double[] s = a.covariance();
    double[] t = b.covariance();
    double trace = s[0] * t[0] + 2 * s[1] * t[1] + s[3] * t[3];
    double det = (s[0] * s[3] - s[1] * s[1]) * (t[0] * t[3] - t[1] * t[1]);
    double root = Math.sqrt(trace + 2 * Math.sqrt(det));
    double expected =
        Math.pow(a.mean()[0] - b.mean()[0], 2)
            + Math.pow(a.mean()[1] - b.mean()[1], 2)
            + s[0]
            + s[3]
            + t[0]
            + t[3]
            - 2 * root;
    assertEquals(expected, FrechetDistance.between(a, b), 1e-10 * (1 + trace));
    assertEquals(expected, FrechetDistance.between(b, a), 1e-10 * (1 + trace));
  }

  /** The root of S1 S2 itself, by the iteration of Denman and Beavers (1976). */
  @Property(tries = 50)
  void manyDimensionsAgainstAMatrixRoot(
      @ForAll @IntRange(min = 3, max = 12) int d, @ForAll long seed) {
    Random random = new Random(seed);
    FeatureStatistics a = of(d, features(40 * d, d, 0, random));
    FeatureStatistics b = of(d, features(40 * d, d, 0.5, random));
    double[] s = a.covariance();
    double[] t = b.covariance();
    double[] y = product(s, t, d);
    double[] z = new double[d * d];
    for (int i = 0; i < d; i++) {
      z[i * d + i] = 1;
    }
    for (int round = 0; round < 60; round++) {
      double[] y1 = halfSum(y, inverse(z, d));
      z = halfSum(z, inverse(y, d));
      y = y1;
    }
    double expected = 0;
    double size = 0;
    for (int i = 0; i < d; i++) {
      expected += Math.pow(a.mean()[i] - b.mean()[i], 2) - 2 * y[i * d + i];
      size += s[i * d + i] + t[i * d + i];
    }
    assertEquals(expected + size, FrechetDistance.between(a, b), 1e-5 * size);
  }

  private static double[] product(double[] a, double[] b, int d) {
    double[] c = new double[d * d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        for (int k = 0; k < d; k++) {
          c[i * d + j] += a[i * d + k] * b[k * d + j];
        }
      }
    }
    return c;
  }

  private static double[] halfSum(double[] a, double[] b) {
    double[] c = new double[a.length];
    for (int i = 0; i < c.length; i++) {
      c[i] = (a[i] + b[i]) / 2;
    }
    return c;
  }

  /** Gauss and Jordan, with pivots. */
  private static double[] inverse(double[] matrix, int d) {
    double[] a = matrix.clone();
    double[] inverse = new double[d * d];
    for (int i = 0; i < d; i++) {
      inverse[i * d + i] = 1;
    }
    for (int column = 0; column < d; column++) {
      int pivot = column;
      for (int row = column; row < d; row++) {
        pivot = Math.abs(a[row * d + column]) > Math.abs(a[pivot * d + column]) ? row : pivot;
      }
      for (int k = 0; k < d; k++) {
        double swap = a[column * d + k];
        a[column * d + k] = a[pivot * d + k];
        a[pivot * d + k] = swap;
        swap = inverse[column * d + k];
        inverse[column * d + k] = inverse[pivot * d + k];
        inverse[pivot * d + k] = swap;
      }
      double scale = a[column * d + column];
      for (int k = 0; k < d; k++) {
        a[column * d + k] /= scale;
        inverse[column * d + k] /= scale;
      }
      for (int row = 0; row < d; row++) {
        double factor = a[row * d + column];
        for (int k = 0; k < d && row != column; k++) {
          a[row * d + k] -= factor * a[column * d + k];
          inverse[row * d + k] -= factor * inverse[column * d + k];
        }
      }
    }
    return inverse;
  }

  /** Fewer vectors than dimensions, or features that are always 0: the covariance is singular. */
  @Example
  void singularCovariancesAreNoTrouble() {
    float[] few = features(10, 64, 0, new Random(1));
    for (int row = 0; row < 10; row++) {
      few[row * 64 + 5] = 0;
    }
    FeatureStatistics a = of(64, few);
    double size = 0;
    for (int i = 0; i < 64; i++) {
      size += a.covariance()[i * 65];
    }
    assertTrue(FrechetDistance.between(a, a) <= 1e-6 * size);
    float[] shifted = few.clone();
    for (int i = 0; i < shifted.length; i += 64) {
      shifted[i] += 8;
    }
    assertEquals(64, FrechetDistance.between(a, of(64, shifted)), 1e-5 * size);
    FeatureStatistics constant = of(2, 1, 1, 1, 1);
    assertEquals(0, FrechetDistance.between(constant, constant));
    assertEquals(8, FrechetDistance.between(constant, of(2, 3, 3, 3, 3)));
  }

  @Example
  void vectorsMayComeInAnyPortions() {
    float[] all = features(30, 4, 0, new Random(2));
    FeatureStatistics portions = new FeatureStatistics(4);
    portions.add(Arrays.copyOf(all, 28));
    portions.add(new float[0]);
    portions.add(Arrays.copyOfRange(all, 28, 120));
    assertEquals(0, FrechetDistance.between(of(4, all), portions), 1e-12);
  }

  @Example
  void whatCannotBeComparedIsRefused() {
    assertThrows(
        ModelException.class, () -> FrechetDistance.between(of(1, 1, 2), of(2, 1, 2, 3, 4)));
    assertThrows(ModelException.class, () -> FrechetDistance.between(of(1, 1), of(1, 1, 2)));
    assertThrows(ModelException.class, () -> of(2, 1, 2, 3));
    assertThrows(ModelException.class, () -> of(1, Float.NaN));
    assertThrows(ModelException.class, () -> new FeatureStatistics(0));
  }
}
