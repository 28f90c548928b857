package dev.kernite.test.training;

import dev.kernite.engine.Engine;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.gpt2.Gpt2Files;
import java.util.Random;

/** A model small enough that a training run takes a moment, with every kind of dropout. */
final class Tiny {
  static final int VOCAB = 37;

  private Tiny() {}

  static Gpt2 gpt2(Engine engine) {
    return Gpt2Files.fresh(
        engine,
        new Gpt2Config(
            VOCAB,
            12,
            16,
            2,
            2,
            48,
            "gelu_new",
            1e-5f,
            true,
            false,
            true,
            true,
            0.1f,
            0.1f,
            0.1f,
            0.02f));
  }

  /** Tokens with a pattern to learn: each mostly follows from the one before. */
  static int[] tokens(int n, long seed) {
    Random random = new Random(seed);
    int[] tokens = new int[n];
    for (int i = 1; i < n; i++) {
      tokens[i] = random.nextInt(4) == 0 ? random.nextInt(VOCAB) : (tokens[i - 1] * 5 + 3) % VOCAB;
    }
    return tokens;
  }
}
