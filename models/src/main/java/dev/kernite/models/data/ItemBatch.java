package dev.kernite.models.data;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.training.TrainingBatch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Items and their labels, in host memory that the {@link DataLoader} uses again: a batch ends when
 * the next one is asked for. Tensors made of it are copies and do not end with it.
 */
public final class ItemBatch implements TrainingBatch<ItemBatch> {
  private final BatchBuffer buffer;
  private final long lease;
  private final int from;
  private final int size;

  ItemBatch(BatchBuffer buffer, int size) {
    this(buffer, buffer.lease(), 0, size);
  }

  private ItemBatch(BatchBuffer buffer, long lease, int from, int size) {
    this.buffer = buffer;
    this.lease = lease;
    this.from = from;
    this.size = size;
  }

  /** Number of items. */
  @Override
  public int size() {
    return size;
  }

  /** Number of items: each counts as one. */
  @Override
  public long tokens() {
    return size;
  }

  /** [size, ...itemShape]. */
  public Shape shape() {
    return Shape.of(
        LongStream.concat(LongStream.of(size), Arrays.stream(buffer.itemShape().toArray()))
            .toArray());
  }

  /** The items, float32, row-major. */
  public MemorySegment items() {
    requireLease();
    return buffer.items(from, size);
  }

  /** The labels, int32, one an item. */
  public MemorySegment labels() {
    requireLease();
    return buffer.labels(from, size);
  }

  /** The items as a float32 tensor [size, ...itemShape] of the current scope. */
  public Tensor items(Engine engine) {
    return engine.tensor(DType.F32, items(), shape());
  }

  /** The labels as an int32 tensor [size] of the current scope. */
  public Tensor labels(Engine engine) {
    return engine.tensor(DType.I32, labels(), Shape.of(size));
  }

  /** As {@code torch.chunk}; a batch of fewer than n items gives fewer. */
  @Override
  public List<ItemBatch> chunks(int n) {
    int rows = Math.ceilDiv(size, n);
    List<ItemBatch> parts = new ArrayList<>();
    for (int at = 0; at < size; at += rows) {
      parts.add(new ItemBatch(buffer, lease, from + at, Math.min(rows, size - at)));
    }
    return parts;
  }

  private void requireLease() {
    if (lease != buffer.lease()) {
      throw new ModelException(
          "a batch was used after the next one was asked for, or after its data loader was closed;"
              + " make tensors of it before");
    }
  }
}
