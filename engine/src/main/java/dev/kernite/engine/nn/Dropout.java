package dev.kernite.engine.nn;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.RandomStream;
import dev.kernite.engine.Tensor;

/**
 * Inverted dropout (Srivastava et al. 2014). Each call in training draws its own part of the
 * engine's stream, so a run that continues at a saved stream position drops the same values.
 *
 * @param p probability of zero, 0 .. 1
 */
public record Dropout(float p) {
  /** Checks the probability. */
  public Dropout {
    if (!(p >= 0 && p <= 1)) {
      throw new EngineException("dropout: p must be in [0, 1], not " + p);
    }
  }

  /** Drops values when training; otherwise, and with p = 0, returns {@code x} itself. */
  public Tensor apply(Tensor x, boolean training) {
    if (!training || p == 0) {
      return x;
    }
    RandomStream random = x.engine().random();
    long offset = random.reserve(x.size());
    return new dev.kernite.engine.op.Dropout(p, true, random.seed(), offset).apply(x);
  }
}
