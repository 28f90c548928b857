package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Attention;

/** The scores of one head: dot products of queries and keys, causality, bias and mask. */
final class Scores {
  private final Attention.Shape shape;
  private final Tiles tiles;
  private final ScoreRows rows;
  private final long head;
  private final long q;
  private final long k;
  private final long mask;
  private final long bias;

  /**
   * Prepares one head.
   *
   * @param head index into [batch, heads]
   */
  Scores(
      Attention.Shape shape,
      Tiles tiles,
      ScoreRows rows,
      long q,
      long k,
      long mask,
      long bias,
      long head) {
    this.shape = shape;
    this.tiles = tiles;
    this.rows = rows;
    this.head = head;
    this.q = of(q, shape.q(), shape, head);
    this.k = of(k, shape.k(), shape, head);
    this.mask = mask == 0 ? 0 : mask + offset(shape.mask(), shape, head);
    this.bias = bias == 0 ? 0 : bias + 4 * offset(shape.bias(), shape, head);
  }

  /** Where one head of an operand starts. */
  static long of(long base, Attention.Strides strides, Attention.Shape shape, long head) {
    return base
        + 4 * (head / shape.heads() * strides.batch() + head % shape.heads() * strides.head());
  }

  /** Elements from the start of a mask or bias to one head. */
  static long offset(Attention.ScoreStrides strides, Attention.Shape shape, long head) {
    return head / shape.heads() * strides.batch() + head % shape.heads() * strides.head();
  }

  long head() {
    return head;
  }

  /** How many keys, from key 0, the query may see. */
  long visible(long query) {
    if (!shape.causal()) {
      return shape.keys();
    }
    return Math.clamp(shape.keys() - shape.queries() + query + 1, 0, shape.keys());
  }

  /** Keys from {@code key}, at most {@code keys}, that the query may see. */
  int visible(long query, long key, int keys) {
    return (int) Math.clamp(visible(query) - key, 0L, keys);
  }

  /** How many of {@code count} queries come before the first that sees the key. */
  int firstToSee(long query, int count, long key) {
    if (!shape.causal()) {
      return 0;
    }
    return (int) Math.clamp(key - (shape.keys() - shape.queries()) - query, 0L, count);
  }

  /** Size of the packed keys. */
  long packedBytes(long keys) {
    return 4 * tiles.padded(keys) * shape.headDim();
  }

  /** Packs some keys, transposed, as panels of [headDim, width]. */
  void pack(long key, long keys, long target) {
    packTransposed(tiles, k + 4 * key * shape.k().token(), shape.k().token(), keys, shape, target);
  }

  static void packTransposed(
      Tiles tiles, long source, long token, long keys, Attention.Shape shape, long target) {
    int width = tiles.width();
    int headDim = (int) shape.headDim();
    for (long j = 0; j < keys; j += width) {
      int columns = (int) Math.min(width, keys - j);
      tiles.packTransposed(
          source + 4 * j * token, 4 * token, headDim, columns, target + 4 * j * headDim);
    }
  }

  /**
   * Computes dot products of {@code count} queries with a block of packed keys, as far as any query
   * of a row group sees.
   */
  void dots(long query, int count, long key, int keys, long packed, long tile, long tileRow) {
    multiply(q, shape.q().token(), query, count, key, keys, packed, tile, tileRow);
  }

  /** Computes dot products of a few queries with keys as they lie. */
  void dotsInPlace(long query, int count, long key, int keys, long tile, long tileRow) {
    long token = shape.k().token();
    int headDim = (int) shape.headDim();
    for (int r = 0; r < count; r++) {
      long left = q + 4 * (query + r) * shape.q().token();
      int seen = visible(query + r, key, keys);
      tiles.dots(left, k + 4 * key * token, 4 * token, seen, tile + r * tileRow, headDim);
    }
  }

  /** As {@link #dots}, for other rows than the queries: upstream gradients with values. */
  void multiply(
      long left,
      long token,
      long query,
      int count,
      long key,
      int keys,
      long packed,
      long tile,
      long tileRow) {
    int width = tiles.width();
    int headDim = (int) shape.headDim();
    for (int r = 0; r < count; ) {
      int step = Tiles.nextRows(count - r, WarmUp.tileRows());
      int seen = visible(query + r + step - 1, key, keys);
      for (int j = 0; j < seen; j += width) {
        tiles.multiply(
            step,
            left + 4 * (query + r) * token,
            4 * token,
            4,
            packed + 4L * j * headDim,
            4L * width,
            tile + r * tileRow + 4L * j,
            tileRow,
            headDim);
      }
      r += step;
    }
  }

  /** Makes scores of n dot products of one query with keys from {@code key}; see ScoreRows. */
  float finish(long row, long query, long key, int n) {
    Attention.ScoreStrides b = shape.bias();
    Attention.ScoreStrides m = shape.mask();
    return rows.scores(
        row,
        n,
        shape.scale(),
        bias == 0 ? 0 : bias + 4 * (query * b.query() + key * b.key()),
        4 * b.key(),
        mask == 0 ? 0 : mask + query * m.query() + key * m.key(),
        m.key());
  }
}
