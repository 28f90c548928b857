package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Philox;
import dev.kernite.kernels.Random;

/** Philox streams in plain Java, a block of four words at a time. */
final class ScalarRandom implements Random {
  private final Workers workers;

  ScalarRandom(Workers workers) {
    this.workers = workers;
  }

  /** What to do with the words of one block. */
  @FunctionalInterface
  private interface Block {
    /**
     * Handles a block.
     *
     * @param first element that word 0 belongs to
     * @param count elements left, at most 4
     * @param words the four words
     */
    void run(long first, int count, int[] words);
  }

  /** Hands out the blocks that elements {@code from} (a multiple of 4) to {@code to} need. */
  private static void blocks(long from, long to, long seed, long offset, Block block) {
    int[] words = new int[4];
    for (long i = from; i < to; i += 4) {
      Philox.block(seed, 0, offset + i / 4, words);
      block.run(i, (int) Math.min(4, to - i), words);
    }
  }

  @Override
  public void uniform(long out, long n, float low, float high, long seed, long offset) {
    Chunks.run(workers, n, (from, to) -> uniformRange(out, from, to, low, high, seed, offset));
  }

  /** Writes the elements {@code from} (a multiple of 4) to {@code to - 1}. */
  static void uniformRange(
      long out, long from, long to, float low, float high, long seed, long offset) {
    float below = below(low, high);
    blocks(
        from,
        to,
        seed,
        offset,
        (first, count, words) -> {
          for (int w = 0; w < count; w++) {
            float value = low + (high - low) * Philox.uniform(words[w]);
            putFloat(out + 4 * (first + w), Math.min(value, below));
          }
        });
  }

  /** The largest value of an interval that is open at {@code high}. */
  static float below(float low, float high) {
    return low < high ? Math.nextDown(high) : high;
  }

  @Override
  public void normal(long out, long n, float mean, float std, long seed, long offset) {
    Chunks.run(
        workers,
        n,
        (from, to) ->
            blocks(
                from,
                to,
                seed,
                offset,
                (first, count, words) -> {
                  for (int w = 0; w < count; w++) {
                    int pair = w & 2;
                    float z =
                        (w & 1) == 0
                            ? Philox.normalCos(words[pair], words[pair + 1])
                            : Philox.normalSin(words[pair], words[pair + 1]);
                    putFloat(out + 4 * (first + w), mean + std * z);
                  }
                }));
  }

  @Override
  public void dropout(long x, long y, long n, float p, long seed, long offset) {
    Chunks.run(workers, n, (from, to) -> dropoutRange(x, y, from, to, p, seed, offset));
  }

  /** Writes the elements {@code from} (a multiple of 4) to {@code to - 1}. */
  static void dropoutRange(long x, long y, long from, long to, float p, long seed, long offset) {
    blocks(
        from,
        to,
        seed,
        offset,
        (first, count, words) -> {
          for (int w = 0; w < count; w++) {
            long at = 4 * (first + w);
            boolean kept = Philox.uniform(words[w]) >= p;
            putFloat(y + at, kept ? getFloat(x + at) / (1 - p) : 0);
          }
        });
  }
}
