package dev.kernite.models.generation;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Strides;
import java.util.Objects;

/**
 * Keys and values of the positions seen so far, for each layer of a decoder: [rows, heads,
 * capacity, headDim], of which the first {@link #length} positions are filled. Grows as needed; the
 * stores stay where they are until then, or until the number of rows changes.
 */
public final class KeyValueCache implements AutoCloseable {
  private static final int FIRST_CAPACITY = 64;

  private final Engine engine;
  private final long heads;
  private final long headDim;
  private final long positions;
  private final Tensor[] keys;
  private final Tensor[] values;
  private int rows;
  private long capacity;
  private long length;
  private long moves;

  /**
   * An empty cache.
   *
   * @param layers layers with self-attention
   * @param heads heads of keys and values
   * @param headDim values a head
   * @param positions the most positions there can be
   * @param rows sequences
   */
  public KeyValueCache(
      Engine engine, int layers, long heads, long headDim, long positions, int rows) {
    this.engine = engine;
    this.heads = heads;
    this.headDim = headDim;
    this.positions = positions;
    this.rows = rows;
    this.keys = new Tensor[layers];
    this.values = new Tensor[layers];
  }

  /** Positions filled. */
  public long length() {
    return length;
  }

  /** Positions there is room for. */
  public long capacity() {
    return capacity;
  }

  /** Sequences. */
  public int rows() {
    return rows;
  }

  /** How often the stores have moved: what was recorded before the last time is void. */
  public long moves() {
    return moves;
  }

  /** Makes room for {@code time} further positions; called once a pass, before the layers run. */
  public void reserve(long time) {
    if (length + time <= capacity) {
      return;
    }
    long wanted = Math.max(FIRST_CAPACITY, Math.max(2 * capacity, length + time));
    capacity = Math.max(length + time, Math.min(wanted, positions));
    move(null);
  }

  /** Ends a pass: what was appended counts from now on. */
  public void advance(long time) {
    length += time;
  }

  /** Forgets the positions from {@code kept} on; the stores stay as they are. */
  public void rewind(long kept) {
    length = Objects.checkIndex(kept, length + 1);
  }

  /** Appends [rows, heads, time, headDim]; returns all keys of the layer so far. */
  public Tensor appendKeys(int layer, Tensor k) {
    return append(keys[layer], k);
  }

  /** As {@link #appendKeys}, for the values. */
  public Tensor appendValues(int layer, Tensor v) {
    return append(values[layer], v);
  }

  private Tensor append(Tensor store, Tensor fresh) {
    long time = fresh.shape().dim(2);
    copy(fresh, store.narrow(2, length, time));
    return store.narrow(2, 0, length + time);
  }

  /**
   * One step: appends a position and attends to all, where the length stands in device memory, so
   * that the step can be recorded.
   *
   * @param q queries, [rows, heads, 1, headDim]; k and v as well, with equal strides
   * @param bias added to the scores, float32 that broadcasts to [rows, heads, 1, capacity], or null
   * @param at int32 [1], {@link #length} in device memory
   * @return [rows, 1, heads * headDim]
   */
  public Tensor attend(
      int layer, Tensor q, Tensor k, Tensor v, Tensor bias, float scale, Tensor at) {
    Tensor out = engine.empty(DType.F32, Shape.of(rows, 1, heads * headDim));
    Strides stored = strides(keys[layer]);
    Attention.Shape shape =
        new Attention.Shape(
            rows,
            heads,
            1,
            capacity,
            headDim,
            strides(q),
            stored,
            stored,
            new Strides(heads * headDim, headDim, heads * headDim),
            ScoreStrides.NONE,
            bias == null ? ScoreStrides.NONE : scores(bias),
            false,
            scale);
    engine
        .backend()
        .attention()
        .decode(
            shape,
            q.address(),
            strides(k),
            k.address(),
            v.address(),
            keys[layer].address(),
            values[layer].address(),
            at.address(),
            bias == null ? 0 : bias.address(),
            out.address());
    return out;
  }

  private static Strides strides(Tensor t) {
    long[] s = t.strides();
    return new Strides(s[0], s[1], s[2]);
  }

  private ScoreStrides scores(Tensor bias) {
    long[] s = bias.shape().stridesWithin(Shape.of(rows, heads, 1, capacity));
    return new ScoreStrides(s[0], s[1], s[2], s[3]);
  }

  /** Row r continues what was row {@code from[r]}; rows stay in place if their number does. */
  public void select(int[] from) {
    if (from.length == rows) {
      rearrange(RowMoves.of(from));
    } else {
      rows = from.length;
      move(from);
    }
  }

  private void rearrange(RowMoves plan) {
    if (plan.moves().isEmpty() || length == 0) {
      return;
    }
    try (Tensor spare = engine.empty(DType.F32, Shape.of(1, heads, length, headDim))) {
      for (int i = 0; i < keys.length; i++) {
        rearrange(keys[i], plan, spare);
        rearrange(values[i], plan, spare);
      }
    }
  }

  private void rearrange(Tensor store, RowMoves plan, Tensor spare) {
    for (RowMoves.Move move : plan.moves()) {
      Tensor source = move.from() == RowMoves.SPARE ? spare : filled(store, move.from());
      copy(source, move.to() == RowMoves.SPARE ? spare : filled(store, move.to()));
    }
  }

  private Tensor filled(Tensor store, int row) {
    return store.narrow(0, row, 1).narrow(2, 0, length);
  }

  /** Moves to stores of the current size, rows as selected. */
  private void move(int[] from) {
    for (int i = 0; i < keys.length; i++) {
      keys[i] = moved(keys[i], from);
      values[i] = moved(values[i], from);
    }
    moves++;
  }

  private Tensor moved(Tensor old, int[] from) {
    Shape shape = Shape.of(rows, heads, capacity, headDim);
    Tensor fresh = engine.empty(DType.F32, shape).disown();
    if (old != null) {
      for (int r = 0; r < rows && length > 0; r++) {
        copy(filled(old, from == null ? r : from[r]), filled(fresh, r));
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
