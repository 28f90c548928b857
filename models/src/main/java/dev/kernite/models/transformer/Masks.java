package dev.kernite.models.transformer;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import java.util.Arrays;

/** Masks as numbers added to attention scores: 0, or the lowest float32 as in Hugging Face. */
public final class Masks {
  private Masks() {}

  /**
   * Hides padding.
   *
   * @param real [batch][keys], true where a token is real
   * @return [batch, 1, 1, keys], or null if nothing is hidden
   */
  public static Tensor padding(Engine engine, boolean[][] real) {
    int keys = real[0].length;
    float[] bias = new float[real.length * keys];
    boolean any = false;
    for (int b = 0; b < real.length; b++) {
      for (int t = 0; t < keys; t++) {
        if (!real[b][t]) {
          bias[b * keys + t] = -Float.MAX_VALUE;
          any = true;
        }
      }
    }
    return any ? engine.tensor(bias, Shape.of(real.length, 1, 1, keys)) : null;
  }

  /** Hides later positions: [queries, keys], query i sees keys up to keys - queries + i. */
  public static Tensor causal(Engine engine, long queries, long keys) {
    int rows = Math.toIntExact(queries);
    int cols = Math.toIntExact(keys);
    float[] bias = new float[Math.multiplyExact(rows, cols)];
    for (int q = 0; q < rows; q++) {
      int firstHidden = cols - rows + q + 1;
      Arrays.fill(bias, q * cols + firstHidden, (q + 1) * cols, -Float.MAX_VALUE);
    }
    return engine.tensor(bias, Shape.of(rows, cols));
  }
}
