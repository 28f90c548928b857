package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Random;

/**
 * Philox streams on vectors, with the bits of the plain twin, which also writes the ends. Normal
 * values, drawn once when a model is made, are its own: their logarithm and sine are StrictMath's.
 */
final class VectorRandom implements Random {
  private final Workers workers;
  private final ScalarRandom plain;

  VectorRandom(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarRandom(workers);
  }

  /** Where the whole vectors of blocks of a chunk end. */
  private static long whole(long from, long to) {
    return to - (to - from) % RandomKernels.BLOCK_VALUES;
  }

  @Override
  public void uniform(long out, long n, float low, float high, long seed, long offset) {
    float below = ScalarRandom.below(low, high);
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long whole = whole(from, to);
          RandomKernels.uniform(out, low, high, below, from, whole, seed, offset);
          ScalarRandom.uniformRange(out, whole, to, low, high, seed, offset);
        });
  }

  @Override
  public void normal(long out, long n, float mean, float std, long seed, long offset) {
    plain.normal(out, n, mean, std, seed, offset);
  }

  @Override
  public void dropout(long x, long y, long n, float p, long seed, long offset) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long whole = whole(from, to);
          RandomKernels.dropout(x, y, p, from, whole, seed, offset);
          ScalarRandom.dropoutRange(x, y, whole, to, p, seed, offset);
        });
  }
}
