package dev.kernite.models.gpt2;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;

/**
 * Keys and values of the positions seen so far, for each block: [rows, heads, capacity, headDim],
 * of which the first {@link #length} positions are filled. Grows as needed.
 */
final class Gpt2Cache implements AutoCloseable {
  private static final int FIRST_CAPACITY = 64;

  private final Engine engine;
  private final Gpt2Config config;
  private final Tensor[] keys;
  private final Tensor[] values;
  private long rows;
  private long capacity;
  private long length;

  Gpt2Cache(Engine engine, Gpt2Config config, long rows) {
    this.engine = engine;
    this.config = config;
    this.rows = rows;
    this.keys = new Tensor[config.layers()];
    this.values = new Tensor[config.layers()];
  }

  /** Positions filled. */
  long length() {
    return length;
  }

  /** Makes room for {@code time} further positions; called once a pass, before the blocks run. */
  void reserve(long time) {
    if (length + time <= capacity) {
      return;
    }
    long wanted = Math.max(FIRST_CAPACITY, Math.max(2 * capacity, length + time));
    capacity = Math.max(length + time, Math.min(wanted, config.positions()));
    for (int i = 0; i < keys.length; i++) {
      keys[i] = moved(keys[i], null);
      values[i] = moved(values[i], null);
    }
  }

  /** Ends a pass: what was appended counts from now on. */
  void advance(long time) {
    length += time;
  }

  /** Appends [rows, heads, time, headDim]; returns all keys of the block so far. */
  Tensor appendKeys(int layer, Tensor k) {
    return append(keys[layer], k);
  }

  /** As {@link #appendKeys}, for the values. */
  Tensor appendValues(int layer, Tensor v) {
    return append(values[layer], v);
  }

  private Tensor append(Tensor store, Tensor fresh) {
    long time = fresh.shape().dim(2);
    copy(fresh, store.narrow(2, length, time));
    return store.narrow(2, 0, length + time);
  }

  /** Row r continues what was row {@code from[r]}. */
  void select(int[] from) {
    rows = from.length;
    for (int i = 0; i < keys.length; i++) {
      keys[i] = moved(keys[i], from);
      values[i] = moved(values[i], from);
    }
  }

  /** A store of the current size with the filled positions of the old one, its rows as selected. */
  private Tensor moved(Tensor old, int[] from) {
    Shape shape = Shape.of(rows, config.heads(), capacity, config.headDim());
    Tensor fresh = engine.empty(DType.F32, shape).disown();
    if (old != null) {
      for (int r = 0; r < rows && length > 0; r++) {
        Tensor source = old.narrow(0, from == null ? r : from[r], 1).narrow(2, 0, length);
        copy(source, fresh.narrow(0, r, 1).narrow(2, 0, length));
      }
      old.close();
    }
    return fresh;
  }

  private void copy(Tensor source, Tensor target) {
    engine
        .backend()
        .layout()
        .copy(
            source.address(),
            source.strides(),
            target.address(),
            target.strides(),
            source.shape().toArray(),
            DType.F32.bytes());
  }

  @Override
  public void close() {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != null) {
        keys[i].close();
        values[i].close();
      }
    }
  }
}
