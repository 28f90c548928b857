package dev.kernite.models.data;

import dev.kernite.engine.Shape;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Items of one shape that can be read in any order, with a class each or none. Reading is safe from
 * many threads.
 */
public interface Dataset {
  /** The label of an item without a class; cross-entropy leaves it out. */
  int UNLABELLED = -100;

  /** Number of items, at least 1. */
  int size();

  /** Extents of an item, such as [channels, height, width]. */
  Shape itemShape();

  /** Names of the classes by label; empty if the items have none. */
  List<String> classes();

  /**
   * Class of an item.
   *
   * @param index 0 to size - 1
   * @return an index of {@link #classes}, or {@link #UNLABELLED}
   */
  int label(int index);

  /**
   * Writes an item.
   *
   * @param index 0 to size - 1
   * @param target memory for exactly one item, float32, row-major; 4-byte aligned
   */
  void read(int index, MemorySegment target);

  /** A number that differs, most likely, when the items or their labels do. */
  long fingerprint();

  /** Some of the items, in this order. */
  default Dataset select(int... indices) {
    return new Selection(this, indices);
  }
}
