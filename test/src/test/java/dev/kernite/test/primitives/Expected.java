package dev.kernite.test.primitives;

import java.util.Optional;

/** What the words are that a primitive writes. */
sealed interface Expected {
  /** How many words. */
  int size();

  /** The first word that is not as expected, in words; empty if all are. */
  Optional<String> wrong(int[] results);

  /** The first word in which two devices differ more than both may; empty if there is none. */
  Optional<String> differs(int[] golden, int[] results);

  /**
   * Integers and moved data: one result is right.
   *
   * @param words the results
   */
  record Bits(int[] words) implements Expected {
    @Override
    public int size() {
      return words.length;
    }

    @Override
    public Optional<String> wrong(int[] results) {
      return differs(words, results);
    }

    @Override
    public Optional<String> differs(int[] golden, int[] results) {
      for (int i = 0; i < words.length; i++) {
        if (results[i] != golden[i]) {
          return Optional.of("word %d is %08x, not %08x".formatted(i, results[i], golden[i]));
        }
      }
      return Optional.empty();
    }
  }

  /**
   * Float32 results that devices may round differently. A NaN is as good as any other, a zero of
   * either sign.
   *
   * @param values what real arithmetic gives, in float64
   * @param bounds how far each result may be from it; 0: it is that float
   */
  record Reals(double[] values, double[] bounds) implements Expected {
    @Override
    public int size() {
      return values.length;
    }

    @Override
    public Optional<String> wrong(int[] results) {
      for (int i = 0; i < values.length; i++) {
        float result = Float.intBitsToFloat(results[i]);
        if (!near(result, values[i], bounds[i])) {
          return Optional.of(
              "word %d is %s, not %s within %s".formatted(i, result, values[i], bounds[i]));
        }
      }
      return Optional.empty();
    }

    @Override
    public Optional<String> differs(int[] golden, int[] results) {
      for (int i = 0; i < values.length; i++) {
        float theirs = Float.intBitsToFloat(golden[i]);
        float ours = Float.intBitsToFloat(results[i]);
        if (!near(ours, theirs, 2 * bounds[i])) {
          return Optional.of(
              "word %d is %s, not %s within %s".formatted(i, ours, theirs, 2 * bounds[i]));
        }
      }
      return Optional.empty();
    }

    private static boolean near(float result, double value, double bound) {
      if (Double.isNaN(value) || Float.isInfinite((float) value)) {
        return Float.compare(result, (float) value) == 0;
      }
      return Math.abs(result - value) <= bound;
    }
  }
}
