package dev.kernite.models.metrics;

import dev.kernite.models.ModelException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How often each class was drawn by a generator, told by a classifier: a generator that has
 * collapsed leaves classes out.
 */
public final class ClassHistogram {
  private final long[] counts;

  /**
   * Begins with nothing counted.
   *
   * @param classes how many there are, at least one
   */
  public ClassHistogram(int classes) {
    if (classes < 1) {
      throw new ModelException("a histogram needs at least one class");
    }
    this.counts = new long[classes];
  }

  /**
   * Counts one sample.
   *
   * @throws ModelException if there is no such class
   */
  public void add(int label) {
    if (label < 0 || label >= counts.length) {
      throw new ModelException(
          "class %d: there are the classes 0 to %d".formatted(label, counts.length - 1));
    }
    counts[label]++;
  }

  /** Number of classes. */
  public int classes() {
    return counts.length;
  }

  /** Number of samples of a class. */
  public long count(int label) {
    return counts[label];
  }

  /** Number of samples. */
  public long total() {
    return LongStream.of(counts).sum();
  }

  /** Part of the samples that is of a class; 0 if there are none. */
  public double share(int label) {
    long total = total();
    return total == 0 ? 0 : (double) counts[label] / total;
  }

  /** Number of classes that have at least this part of the samples, and one of them at least. */
  public int modesCovered(double minShare) {
    return (int)
        IntStream.range(0, counts.length)
            .filter(label -> counts[label] > 0 && share(label) >= minShare)
            .count();
  }

  /**
   * Kullback-Leibler divergence of the shares from equal shares, in nats: 0 where all classes are
   * drawn alike, ln(classes) where one is drawn alone; NaN without samples.
   */
  public double klToUniform() {
    if (total() == 0) {
      return Double.NaN;
    }
    return IntStream.range(0, counts.length)
        .mapToDouble(this::share)
        .filter(share -> share > 0)
        .map(share -> share * Math.log(share * counts.length))
        .sum();
  }
}
