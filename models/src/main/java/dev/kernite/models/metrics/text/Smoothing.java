package dev.kernite.models.metrics.text;

import dev.kernite.models.ModelException;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * What BLEU does with an n-gram order of which nothing matches, so that one such order does not
 * make a score 0 (Chen and Cherry 2014, whose numbers of methods stand below).
 */
public sealed interface Smoothing {
  /** Nothing: the score is 0. */
  record None() implements Smoothing {
    @Override
    public String toString() {
      return "none";
    }
  }

  /**
   * Method 1: a count of 0 becomes a small one.
   *
   * @param count instead of 0
   */
  record Floor(double count) implements Smoothing {
    /** The usual small count. */
    public static final double DEFAULT = 0.1;

    /** Checks the value. */
    public Floor {
      requireCount("floor", count);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "floor[%.2f]", count);
    }
  }

  /**
   * Method 2: the same is added to matches and total of each order above 1 (Lin and Och 2004).
   *
   * @param k what is added
   */
  record AddK(double k) implements Smoothing {
    /** The usual addend. */
    public static final double DEFAULT = 1;

    /** Checks the value. */
    public AddK {
      requireCount("add-k", k);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "add-k[%.2f]", k);
    }
  }

  /** Method 3, NIST's: the first such order counts as 1/2 match, the second as 1/4, and so on. */
  record Exp() implements Smoothing {
    @Override
    public String toString() {
      return "exp";
    }
  }

  /**
   * The method of that name.
   *
   * @param name exp, floor, add-k or none
   * @param value of {@code floor} and {@code add-k}; the usual one if there is none
   */
  static Smoothing of(String name, OptionalDouble value) {
    Smoothing smoothing =
        switch (name.toLowerCase(Locale.ROOT)) {
          case "none" -> new None();
          case "exp" -> new Exp();
          case "floor" -> new Floor(value.orElse(Floor.DEFAULT));
          case "add-k" -> new AddK(value.orElse(AddK.DEFAULT));
          default ->
              throw new ModelException(
                  "there is no smoothing '" + name + "'; take one of exp, floor, add-k, none");
        };
    if (value.isPresent() && (smoothing instanceof None || smoothing instanceof Exp)) {
      throw new ModelException("smoothing '" + name + "' takes no value");
    }
    return smoothing;
  }

  private static void requireCount(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new ModelException(name + " smoothing needs a value of 0 or more, not " + value);
    }
  }
}
