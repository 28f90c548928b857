package dev.kernite.engine.op;

import dev.kernite.engine.EngineException;
import dev.kernite.engine.Tensor;

/** Range checks of indices: kernels read wherever an index points. */
public final class Indices {
  private Indices() {}

  /**
   * The indices on the host.
   *
   * @param limit smallest value that is too large
   * @param except a value that is allowed although it is out of range
   * @throws EngineException naming the first bad value and its position
   */
  public static int[] checked(Tensor index, long limit, long except, String label) {
    int[] values = index.toInts();
    for (int i = 0; i < values.length; i++) {
      if ((values[i] < 0 || values[i] >= limit) && values[i] != except) {
        throw new EngineException(
            label + ": index " + values[i] + " at position " + i + " is not in [0, " + limit + ")");
      }
    }
    return values;
  }

  /**
   * Fails if an index is out of range. Those that are {@linkplain Tensor#checkedBelow checked}
   * already stay on the device.
   *
   * @param limit smallest value that is too large
   */
  public static void require(Tensor index, long limit, String label) {
    if (!index.isCheckedBelow(limit)) {
      checked(index, limit, Long.MIN_VALUE, label);
    }
  }
}
