package dev.kernite.models.data;

import dev.kernite.engine.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Off-heap memory for one batch at a time. */
final class BatchBuffer {
  private static final long ALIGNMENT_BYTES = 64;

  private final Shape itemShape;
  private final long itemBytes;
  private final MemorySegment items;
  private final MemorySegment labels;

  /** Goes up when the batch in the buffer ends. */
  private long lease;

  BatchBuffer(Shape itemShape, int capacity, Arena arena) {
    this.itemShape = itemShape;
    this.itemBytes = Math.multiplyExact(itemShape.size(), (long) Float.BYTES);
    this.items = arena.allocate(Math.multiplyExact(itemBytes, (long) capacity), ALIGNMENT_BYTES);
    this.labels = arena.allocate(ValueLayout.JAVA_INT, capacity);
  }

  Shape itemShape() {
    return itemShape;
  }

  long lease() {
    return lease;
  }

  void endLease() {
    lease++;
  }

  void put(int row, Dataset data, int index) {
    data.read(index, items(row, 1));
    labels.setAtIndex(ValueLayout.JAVA_INT, row, data.label(index));
  }

  MemorySegment items(int from, int count) {
    return items.asSlice(from * itemBytes, count * itemBytes);
  }

  MemorySegment labels(int from, int count) {
    return labels.asSlice((long) from * Integer.BYTES, (long) count * Integer.BYTES);
  }
}
