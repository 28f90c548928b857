package dev.kernite.models.generation;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Backend;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Logits of each row's next token where a step leaves them, in device memory that stays in place.
 * The host takes all of them, or only the best token of each row.
 */
public final class NextTokenLogits implements AutoCloseable {
  private final Engine engine;
  private final int rows;
  private final int vocabSize;
  private final Tensor logits;
  private final Tensor best; // int32 tokens, then their logits, float32
  private float[] values;

  /** Room for [rows, vocabSize]. */
  public NextTokenLogits(Engine engine, int rows, int vocabSize) {
    this.engine = engine;
    this.rows = rows;
    this.vocabSize = vocabSize;
    logits = engine.empty(DType.F32, Shape.of(rows, vocabSize)).disown();
    best = engine.empty(DType.I32, Shape.of(2, rows)).disown();
  }

  /** Takes a step's result, on the device. */
  public void take(Tensor result) {
    engine.backend().memory().copy(result.address(), logits.address(), logits.bytes());
  }

  /** All logits, [rows, vocabSize] row-major; the same array at every call. */
  public float[] values() {
    if (values == null) {
      values = new float[Math.multiplyExact(rows, vocabSize)];
    }
    logits.copyTo(MemorySegment.ofArray(values));
    return values;
  }

  /**
   * The token of each row with the largest logit, the lowest such token where several share it.
   *
   * @throws dev.kernite.models.ModelException if that logit is no number: the model is damaged
   */
  public int[] best() {
    Backend backend = engine.backend();
    long tokens = best.address();
    long largest = tokens + (long) rows * Integer.BYTES;
    backend.reduce().argMax(logits.address(), tokens, rows, vocabSize, 1);
    backend.index().gather(logits.address(), tokens, largest, rows, vocabSize, 1, 1);
    int[] result = best.toInts();
    for (int r = 0; r < rows; r++) {
      NextTokenScores.requireNumber(Float.intBitsToFloat(result[rows + r]));
    }
    return Arrays.copyOf(result, rows);
  }

  @Override
  public void close() {
    logits.close();
    best.close();
  }
}
