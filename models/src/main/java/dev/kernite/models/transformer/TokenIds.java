package dev.kernite.models.transformer;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;

/** Inputs of transformers, checked before they go to a device. */
public final class TokenIds {
  private TokenIds() {}

  /**
   * Ids as a tensor.
   *
   * @param rows [batch][time]
   * @param limit the smallest id that the model does not know
   * @param name of the input, for the message
   * @return int32 [batch, time]
   * @throws ModelException naming the first id out of range
   */
  public static Tensor of(Engine engine, int[][] rows, int limit, String name) {
    int time = rows[0].length;
    int[] flat = new int[rows.length * time];
    for (int b = 0; b < rows.length; b++) {
      for (int t = 0; t < time; t++) {
        int id = rows[b][t];
        if (id < 0 || id >= limit) {
          throw new ModelException(
              name + "[" + b + "][" + t + "] is " + id + ", the model knows 0 to " + (limit - 1));
        }
        flat[b * time + t] = id;
      }
    }
    return engine.tensor(flat, Shape.of(rows.length, time)).checkedBelow(limit);
  }

  /**
   * Fails unless an input has the shape of the ids.
   *
   * @param rows the input, or null if it was not given
   */
  public static void requireShape(String name, int[][] rows, int[][] ids) {
    if (rows == null) {
      return;
    }
    boolean fits = rows.length == ids.length;
    for (int i = 0; fits && i < rows.length; i++) {
      fits = rows[i].length == ids[0].length;
    }
    if (!fits) {
      throw new ModelException(
          name + " must have " + ids.length + " rows of " + ids[0].length + " values");
    }
  }

  /**
   * Fails unless an attention mask has the shape of the ids.
   *
   * @param name of the mask
   * @param mask the mask, or null if it was not given
   */
  public static void requireShape(String name, boolean[][] mask, int[][] ids) {
    boolean fits = mask == null || mask.length == ids.length;
    for (int b = 0; fits && mask != null && b < mask.length; b++) {
      fits = mask[b].length == ids[0].length;
    }
    if (!fits) {
      throw new ModelException(
          "%s must have %d rows of %d values".formatted(name, ids.length, ids[0].length));
    }
  }
}
