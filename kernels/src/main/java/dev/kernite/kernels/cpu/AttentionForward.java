package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static dev.kernite.kernels.cpu.TiledAttention.KEY_BLOCK;

import dev.kernite.kernels.Attention.Shape;
import dev.kernite.kernels.Memory.Buffer;

/**
 * One call of {@link TiledAttention#forward}. With many queries, keys (transposed) are packed once
 * a head, and with many heads each is one task; with one tile of queries, each key block is packed
 * just before it is used; with very few, as when a sequence is generated token by token, keys are
 * read as they lie. Values are packed only if a head is not a whole number of panels wide; panels
 * are narrow where that pads less.
 */
final class AttentionForward {
  static final int QUERY_TILE = 8 * Tiles.ROWS;
  private static final long SCORE_ROW = 4L * KEY_BLOCK;

  /** So many heads a thread keep all threads busy with a head at a time. */
  private static final int MANY_HEADS = 4;

  private final HostMemory memory;
  private final Tiles keyTiles; // of products with a column for each key
  private final Tiles valueTiles; // of products with a column for each value of a head
  private final ScoreRows rows;
  private final Shape s;
  private final long q;
  private final long k;
  private final long v;
  private final long mask;
  private final long bias;
  private final long out;
  private final long lse;
  private final int headDim;
  private final int width;
  private final int padded; // headDim in whole panels
  private final boolean valuesInPlace;
  private final boolean keysInPlace;

  AttentionForward(
      HostMemory memory,
      Tiles tiles,
      ScoreRows rows,
      Shape shape,
      long q,
      long k,
      long v,
      long mask,
      long bias,
      long out,
      long lse) {
    this.memory = memory;
    this.rows = rows;
    this.s = shape;
    this.q = q;
    this.k = k;
    this.v = v;
    this.mask = mask;
    this.bias = bias;
    this.out = out;
    this.lse = lse;
    headDim = (int) shape.headDim();
    keyTiles = tiles.forColumns(Math.min(s.keys(), KEY_BLOCK));
    valueTiles = tiles.forColumns(headDim);
    width = valueTiles.width();
    padded = (int) valueTiles.padded(headDim);
    valuesInPlace = padded == headDim;
    keysInPlace = tiles.prefersDots() && s.queries() <= Tiles.ROWS_OF_DOTS;
  }

  void run(Workers workers) {
    long heads = s.batch() * s.heads();
    long queryTiles = (s.queries() + QUERY_TILE - 1) / QUERY_TILE;
    double flops = 4.0 * heads * s.queries() * s.keys() * headDim;
    if (queryTiles <= 1) {
      workers.run(heads * queryTiles, flops, head -> tile(head, 0, 0));
      return;
    }
    long keyBlocks = (s.keys() + KEY_BLOCK - 1) / KEY_BLOCK;
    long headBytes = keyBlocks * packedBytes();
    if (heads >= MANY_HEADS * workers.threads()) {
      workers.run(heads, flops, head -> wholeHead(head, keyBlocks, headBytes));
      return;
    }
    Buffer packed = memory.allocate(heads * headBytes);
    try {
      workers.run(
          heads * keyBlocks,
          flops,
          task -> {
            long head = task / keyBlocks;
            pack(head, task % keyBlocks, packed.address() + head * headBytes);
          });
      workers.run(
          heads * queryTiles,
          flops,
          task -> {
            long head = task / queryTiles;
            tile(head, task % queryTiles * QUERY_TILE, packed.address() + head * headBytes);
          });
    } finally {
      memory.release(packed);
    }
  }

  /** A head as one task: what is packed is still in the cache when it is used. */
  private void wholeHead(long head, long keyBlocks, long headBytes) {
    Buffer packed = memory.allocate(headBytes);
    try {
      for (long block = 0; block < keyBlocks; block++) {
        pack(head, block, packed.address());
      }
      for (long query = 0; query < s.queries(); query += QUERY_TILE) {
        tile(head, query, packed.address());
      }
    } finally {
      memory.release(packed);
    }
  }

  /** Packs a block of a head's keys, and of its values, to its place among the head's. */
  private void pack(long head, long block, long packed) {
    long key = block * KEY_BLOCK;
    int keys = (int) Math.min(KEY_BLOCK, s.keys() - key);
    pack(scores(head), key, keys, packed + block * packedBytes());
  }

  private Scores scores(long head) {
    return new Scores(s, keyTiles, rows, q, k, mask, bias, head);
  }

  /** Size of one packed block of keys with its values. */
  private long packedBytes() {
    return valuesOffset() + (valuesInPlace ? 0 : SCORE_ROW * padded);
  }

  private long valuesOffset() {
    return keysInPlace ? 0 : SCORE_ROW * headDim;
  }

  /** Packs keys as transposed panels, then values as panels of [KEY_BLOCK, width]. */
  private void pack(Scores scores, long key, int keys, long target) {
    if (!keysInPlace) {
      scores.pack(key, keys, target);
    }
    if (valuesInPlace) {
      return;
    }
    long source = Scores.of(v, s.v(), s, scores.head()) + 4 * key * s.v().token();
    for (int d = 0; d < headDim; d += width) {
      valueTiles.pack(
          source + 4L * d,
          4 * s.v().token(),
          keys,
          Math.min(width, headDim - d),
          target + valuesOffset() + SCORE_ROW * d);
    }
  }

  /** Scratch of one task: addresses. */
  private record Work(long scores, long outputs, long products, long sums, long max, long own) {
    static long bytes(int padded) {
      return QUERY_TILE * (4L * padded + 4L * ScoreRows.LANES + 8)
          + Tiles.ROWS * (SCORE_ROW + 4L * padded);
    }

    static Work at(long address, int padded) {
      long outputs = address + Tiles.ROWS * SCORE_ROW;
      long products = outputs + 4L * QUERY_TILE * padded;
      long sums = products + 4L * Tiles.ROWS * padded;
      long max = sums + 4L * QUERY_TILE * ScoreRows.LANES;
      return new Work(address, outputs, products, sums, max, max + 8L * QUERY_TILE);
    }
  }

  /**
   * Computes a tile of queries of one head.
   *
   * @param packed the head's packed blocks, or 0 to pack here
   */
  private void tile(long head, long query, long packed) {
    int count = (int) Math.min(QUERY_TILE, s.queries() - query);
    Scores scores = scores(head);
    Buffer scratch = memory.allocate(Work.bytes(padded) + (packed == 0 ? packedBytes() : 0));
    try {
      Work w = Work.at(scratch.address(), padded);
      RawMemory.zero(w.outputs, 4L * count * padded);
      RawMemory.zero(w.sums, 4L * count * ScoreRows.LANES);
      for (int r = 0; r < count; r++) {
        putFloat(w.max + 4L * r, Float.NEGATIVE_INFINITY);
      }
      long seen = scores.visible(query + count - 1);
      for (long key = 0; key < seen; key += KEY_BLOCK) {
        int keys = (int) Math.min(KEY_BLOCK, seen - key);
        long block = packed == 0 ? w.own : packed + key / KEY_BLOCK * packedBytes();
        if (packed == 0) {
          pack(scores, key, keys, block);
        }
        for (int r = 0; r < count; ) {
          int step = Tiles.nextRows(count - r, WarmUp.tileRows());
          group(scores, w, query, r, step, key, keys, block);
          r += step;
        }
      }
      long target = Scores.of(out, s.out(), s, head);
      for (int r = 0; r < count; r++) {
        float sum = rows.total(w.sums + 4L * ScoreRows.LANES * r);
        long row = target + 4 * (query + r) * s.out().token();
        rows.divide(w.outputs + 4L * padded * r, sum, row, headDim);
        if (lse != 0) {
          float value = (float) (getFloat(w.max + 4L * r) + StrictMath.log(sum));
          putFloat(lse + 4 * (head * s.queries() + query + r), value);
        }
      }
    } finally {
      memory.release(scratch);
    }
  }

  /** Brings one key block into the state of {@code count} rows, from row r of the tile. */
  private void group(
      Scores scores, Work w, long query, int r, int count, long key, int keys, long block) {
    if (scores.visible(query + r + count - 1, key, keys) == 0) {
      return;
    }
    if (keysInPlace) {
      scores.dotsInPlace(query + r, count, key, keys, w.scores, SCORE_ROW);
    } else {
      scores.dots(query + r, count, key, keys, block, w.scores, SCORE_ROW);
    }
    for (int i = 0; i < count; i++) {
      int n = scores.visible(query + r + i, key, keys);
      if (n > 0) {
        softmax(scores, w, query, r + i, w.scores + i * SCORE_ROW, key, n);
      }
    }
    // Rows see one key more each: what all see in one product, the rest of a row one by one.
    int common = scores.visible(query + r, key, keys);
    boolean first = key == 0;
    long to = first ? w.outputs + 4L * padded * r : w.products;
    long tokenBytes = 4 * s.v().token();
    long values = Scores.of(v, s.v(), s, scores.head()) + key * tokenBytes;
    for (int d = 0; d < padded; d += width) {
      long b = valuesInPlace ? values + 4L * d : block + valuesOffset() + SCORE_ROW * d;
      long bStep = valuesInPlace ? tokenBytes : 4L * width;
      valueTiles.multiply(
          count, w.scores, SCORE_ROW, 4, b, bStep, to + 4L * d, 4L * padded, common);
    }
    for (int i = 0; i < count; i++) {
      int n = scores.visible(query + r + i, key, keys);
      long row = to + 4L * padded * i;
      if (n > common) {
        long p = w.scores + i * SCORE_ROW + 4L * common;
        rows.addRows(row, p, n - common, values + common * tokenBytes, tokenBytes, headDim);
      }
      if (!first && n > 0) {
        float rescale = getFloat(w.max + 4L * (QUERY_TILE + r + i));
        rows.rescaleAdd(w.outputs + 4L * padded * (r + i), rescale, row, padded);
      }
    }
  }

  /** Turns a row of dot products into weights; updates the row's maximum, factor and sums. */
  private void softmax(Scores scores, Work w, long query, int i, long row, long key, int n) {
    long max = w.max + 4L * i;
    long rescale = max + 4L * QUERY_TILE;
    long sums = w.sums + 4L * ScoreRows.LANES * i;
    float before = getFloat(max);
    float after = Math.max(before, scores.finish(row, query + i, key, n));
    putFloat(max, after);
    if (after == Float.NEGATIVE_INFINITY) { // all masked so far: exp(-inf - -inf) would be NaN
      putFloat(rescale, 1);
      RawMemory.zero(row, 4L * n);
      return;
    }
    float factor = before == after ? 1 : ScalarExp.exp(before - after);
    putFloat(rescale, factor);
    rows.exp(row, n, after, factor, sums);
  }
}
