package dev.kernite.models.generation;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import java.lang.foreign.MemorySegment;

/**
 * What changes from one step of decoding to the next, in device memory: how many positions the
 * cache holds, and a token and its position for each row. A recorded step reads it from there, and
 * one copy of a few bytes prepares the next.
 */
public final class StepState implements AutoCloseable {
  private final int rows;
  private final int vocabSize;
  private final int maxPositions;
  private final int[] values;
  private final Tensor device;

  /**
   * A state of zeros.
   *
   * @param rows sequences
   * @param vocabSize tokens that the model knows
   * @param maxPositions positions that it knows
   */
  public StepState(Engine engine, int rows, int vocabSize, int maxPositions) {
    this.rows = rows;
    this.vocabSize = vocabSize;
    this.maxPositions = maxPositions;
    values = new int[1 + 2 * rows];
    device = engine.empty(DType.I32, Shape.of(values.length)).disown();
  }

  /**
   * Prepares a step.
   *
   * @param length positions that the cache holds
   * @param tokens one a row
   * @param positions where each row's token stands
   * @throws ModelException if the model does not know a token or position
   */
  public void set(long length, int[] tokens, int[] positions) {
    values[0] = (int) length;
    for (int r = 0; r < rows; r++) {
      values[1 + r] = known("token", tokens[r], vocabSize, r);
      values[1 + rows + r] = known("position", positions[r], maxPositions, r);
    }
    device.copyFrom(MemorySegment.ofArray(values));
  }

  private static int known(String what, int value, int limit, int row) {
    if (value < 0 || value >= limit) {
      throw new ModelException(
          what + " " + value + " of row " + row + ": the model knows 0 to " + (limit - 1));
    }
    return value;
  }

  /** Filled positions, int32 [1]. */
  public Tensor length() {
    return device.narrow(0, 0, 1);
  }

  /** Token ids, [rows, 1]. */
  public Tensor tokens() {
    return device.narrow(0, 1, rows).reshape(rows, 1).checkedBelow(vocabSize);
  }

  /** Positions, [rows, 1]. */
  public Tensor positions() {
    return device.narrow(0, 1 + rows, rows).reshape(rows, 1).checkedBelow(maxPositions);
  }

  @Override
  public void close() {
    device.close();
  }
}
