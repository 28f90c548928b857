package dev.kernite.bench.compare;

import dev.kernite.models.measure.Timing;

/**
 * How one engine did one piece of work.
 *
 * @param engine its name
 * @param variant which of its ways
 * @param bytes that this way reads and writes, at least
 * @param timing seconds a run
 */
record Score(String engine, String variant, double bytes, Timing timing) {
  /** The engine that everything is about. */
  static final String OURS = "Kernite";

  boolean ours() {
    return engine.equals(OURS);
  }
}
