package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static dev.kernite.kernels.cpu.TiledAttention.KEY_BLOCK;

import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Shape;
import dev.kernite.kernels.Attention.Strides;
import dev.kernite.kernels.Memory.Buffer;

/**
 * One call of {@link TiledAttention#backward}. With P = exp(S - lse) and D_i = dout_i . out_i:
 *
 * <pre>
 *   dV = P^T dout    dP = dout V^T    dS = P (dP - D)    dbias = dS
 *   dQ = scale dS K  dK = scale dS^T Q
 * </pre>
 *
 * <p>One task computes one head, query tile by query tile, and adds to the caller's gradients in
 * that order. Heads whose gradients share memory (a stride of 0) are done in turn by one task.
 */
final class AttentionBackward {
  /** Long, as a tile's queries are the summands of dK and dV. */
  private static final int QUERY_TILE = 16 * Tiles.ROWS;

  private static final long SCORE_ROW = 4L * KEY_BLOCK;

  private final HostMemory memory;
  private final Tiles tiles;
  private final ScoreRows rows;
  private final Shape s;
  private final long q;
  private final long k;
  private final long v;
  private final long mask;
  private final long bias;
  private final long out;
  private final long lse;
  private final long dout;
  private final Gradients grad;
  private final int headDim;
  private final Tiles headTiles; // of products with a column for each value of a head
  private final int width;
  private final int padded; // headDim in whole panels
  private final long keyPanels; // keys in whole blocks
  private final boolean scoreGradients;

  /** Where the gradients are added; 0 for not wanted. */
  record Gradients(long q, long k, long v, long bias) {}

  AttentionBackward(
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
      long lse,
      long dout,
      Gradients gradients) {
    this.memory = memory;
    this.tiles = tiles;
    this.rows = rows;
    this.s = shape;
    this.q = q;
    this.k = k;
    this.v = v;
    this.mask = mask;
    this.bias = bias;
    this.out = out;
    this.lse = lse;
    this.dout = dout;
    this.grad = gradients;
    headDim = (int) shape.headDim();
    headTiles = tiles.forColumns(headDim);
    width = headTiles.width();
    padded = (int) headTiles.padded(headDim);
    keyPanels = (s.keys() + KEY_BLOCK - 1) / KEY_BLOCK * KEY_BLOCK;
    scoreGradients = grad.q != 0 || grad.k != 0 || grad.bias != 0;
  }

  void run(Workers workers) {
    boolean batchShared = shared(s.q().batch(), s.k().batch(), s.v().batch(), s.bias().batch());
    boolean headShared = shared(s.q().head(), s.k().head(), s.v().head(), s.bias().head());
    long batchTasks = batchShared ? 1 : s.batch();
    long headTasks = headShared ? 1 : s.heads();
    double flops = 10.0 * s.batch() * s.heads() * s.queries() * s.keys() * headDim;
    workers.run(
        batchTasks * headTasks,
        flops,
        task -> {
          long b0 = task / headTasks;
          long h0 = task % headTasks;
          for (long b = b0; b < (batchShared ? s.batch() : b0 + 1); b++) {
            for (long h = h0; h < (headShared ? s.heads() : h0 + 1); h++) {
              head(b * s.heads() + h);
            }
          }
        });
  }

  /** Whether a wanted gradient has the same memory for all indices of an axis. */
  private boolean shared(long q, long k, long v, long bias) {
    return (grad.q != 0 && q == 0)
        || (grad.k != 0 && k == 0)
        || (grad.v != 0 && v == 0)
        || (grad.bias != 0 && bias == 0);
  }

  /** Scratch of one task: addresses. Panels of keys are [headDim, width], others [rows, width]. */
  private final class Work {
    final long bytes;
    final long p; // [QUERY_TILE, KEY_BLOCK]
    final long ds; // [QUERY_TILE, KEY_BLOCK]
    final long dq; // [QUERY_TILE, padded]
    final long product; // [ROWS, padded]
    final long sums; // [LANES], a by-product
    final long d; // [QUERY_TILE]
    final long queries; // [QUERY_TILE, padded] in panels
    final long upstream; // [QUERY_TILE, padded] in panels
    final long keysTransposed; // [keys, headDim] in transposed panels
    final long valuesTransposed; // [keys, headDim] in transposed panels
    final long keys; // [keys, padded] in panels
    final long dk; // [keys, padded]
    final long dv; // [keys, padded]
    private long next;

    Work(long address) {
      next = address;
      p = take(QUERY_TILE * SCORE_ROW);
      ds = take(QUERY_TILE * SCORE_ROW);
      dq = take(4L * QUERY_TILE * padded);
      product = take(4L * Tiles.ROWS * padded);
      sums = take(4L * ScoreRows.LANES);
      d = take(4L * QUERY_TILE);
      queries = take(4L * QUERY_TILE * padded);
      upstream = take(4L * QUERY_TILE * padded);
      keysTransposed = take(4L * keyPanels * headDim);
      valuesTransposed = take(4L * keyPanels * headDim);
      keys = take(4L * keyPanels * padded);
      dk = take(4L * keyPanels * padded);
      dv = take(4L * keyPanels * padded);
      bytes = next - address;
    }

    private long take(long size) {
      long at = next;
      next += (size + 63) / 64 * 64;
      return at;
    }
  }

  private void head(long head) {
    Scores scores = new Scores(s, tiles, rows, q, k, mask, bias, head);
    Buffer scratch = memory.allocate(new Work(0).bytes);
    try {
      Work w = new Work(scratch.address());
      scores.pack(0, s.keys(), w.keysTransposed);
      Scores.packTransposed(
          tiles, Scores.of(v, s.v(), s, head), s.v().token(), s.keys(), s, w.valuesTransposed);
      packRows(Scores.of(k, s.k(), s, head), s.k().token(), s.keys(), w.keys, keyPanels);
      RawMemory.zero(w.dk, 4L * keyPanels * padded);
      RawMemory.zero(w.dv, 4L * keyPanels * padded);
      for (long query = 0; query < s.queries(); query += QUERY_TILE) {
        tile(scores, w, query, (int) Math.min(QUERY_TILE, s.queries() - query));
      }
      addTo(grad.k, s.k(), head, 0, s.keys(), s.scale(), w.dk);
      addTo(grad.v, s.v(), head, 0, s.keys(), 1, w.dv);
    } finally {
      memory.release(scratch);
    }
  }

  /** Packs rows of a head as panels of [panelRows, width]. */
  private void packRows(long source, long token, long count, long target, long panelRows) {
    for (int j = 0; j < headDim; j += width) {
      headTiles.pack(
          source + 4L * j,
          4 * token,
          (int) count,
          Math.min(width, headDim - j),
          target + 4 * panelRows * j);
    }
  }

  private void addTo(
      long base, Strides strides, long head, long row, long count, float factor, long values) {
    if (base == 0) {
      return;
    }
    long target = Scores.of(base, strides, s, head);
    for (long r = 0; r < count; r++) {
      rows.addScaled(
          target + 4 * (row + r) * strides.token(), factor, values + 4 * r * padded, headDim);
    }
  }

  private void tile(Scores scores, Work w, long query, int count) {
    long head = scores.head();
    long outRows = Scores.of(out, s.out(), s, head) + 4 * query * s.out().token();
    long upstream = Scores.of(dout, s.out(), s, head) + 4 * query * s.out().token();
    for (int r = 0; r < count; r++) {
      long row = 4L * r * s.out().token();
      putFloat(w.d + 4L * r, rows.dot(outRows + row, upstream + row, headDim, w.sums));
    }
    packRows(upstream, s.out().token(), count, w.upstream, QUERY_TILE);
    packRows(
        Scores.of(q, s.q(), s, head) + 4 * query * s.q().token(),
        s.q().token(),
        count,
        w.queries,
        QUERY_TILE);
    RawMemory.zero(w.dq, 4L * count * padded);
    long seen = scores.visible(query + count - 1);
    for (long key = 0; key < seen; key += KEY_BLOCK) {
      block(scores, w, query, count, key, (int) Math.min(KEY_BLOCK, seen - key));
    }
    addTo(grad.q, s.q(), head, query, count, s.scale(), w.dq);
  }

  private void block(Scores scores, Work w, long query, int count, long key, int keys) {
    long head = scores.head();
    long panels = 4 * key * headDim;
    scores.dots(query, count, key, keys, w.keysTransposed + panels, w.p, SCORE_ROW);
    if (scoreGradients) {
      scores.multiply(
          Scores.of(dout, s.out(), s, head),
          s.out().token(),
          query,
          count,
          key,
          keys,
          w.valuesTransposed + panels,
          w.ds,
          SCORE_ROW);
    }
    for (int r = 0; r < count; r++) {
      row(scores, w, query + r, r, key, keys);
    }
    if (grad.v != 0) {
      acrossQueries(scores, w, query, count, key, keys, w.p, w.upstream, w.dv);
    }
    if (grad.k != 0) {
      acrossQueries(scores, w, query, count, key, keys, w.ds, w.queries, w.dk);
    }
    if (grad.q != 0) {
      acrossKeys(scores, w, query, count, key, keys);
    }
  }

  /** Makes one row of P and dS; what the query does not see becomes zero. */
  private void row(Scores scores, Work w, long query, int r, long key, int keys) {
    int n = scores.visible(query, key, keys);
    long p = w.p + r * SCORE_ROW;
    long ds = w.ds + r * SCORE_ROW;
    if (n > 0) {
      scores.finish(p, query, key, n);
      rows.exp(p, n, getFloat(lse + 4 * (scores.head() * s.queries() + query)), 0, w.sums);
    }
    RawMemory.zero(p + 4L * n, 4L * (keys - n));
    if (scoreGradients) {
      rows.scoreGradient(p, ds, n, getFloat(w.d + 4L * r));
      RawMemory.zero(ds + 4L * n, 4L * (keys - n));
      addBias(scores.head(), query, key, n, ds);
    }
  }

  private void addBias(long head, long query, long key, int n, long ds) {
    if (grad.bias == 0) {
      return;
    }
    ScoreStrides b = s.bias();
    long target = grad.bias + 4 * (Scores.offset(b, s, head) + query * b.query() + key * b.key());
    if (b.key() == 1) {
      rows.addScaled(target, 1, ds, n);
      return;
    }
    for (int j = 0; j < n; j++) {
      long at = target + 4L * j * b.key();
      putFloat(at, getFloat(at) + getFloat(ds + 4L * j));
    }
  }

  /** Adds {@code left^T right}, summed over the tile's queries, to rows of keys. */
  private void acrossQueries(
      Scores scores,
      Work w,
      long query,
      int count,
      long key,
      int keys,
      long left,
      long right,
      long target) {
    for (int j = 0; j < keys; ) {
      int step = Tiles.nextRows(keys - j, WarmUp.tileRows());
      int from = scores.firstToSee(query, count, key + j);
      for (int d = 0; d < padded; d += width) {
        headTiles.multiply(
            step,
            left + from * SCORE_ROW + 4L * j,
            4,
            SCORE_ROW,
            right + 4L * (QUERY_TILE * d + from * width),
            4L * width,
            w.product + 4L * d,
            4L * padded,
            count - from);
      }
      long to = target + 4 * (key + j) * padded;
      tiles.add(w.product, 4L * padded, to, 4L * padded, step, padded);
      j += step;
    }
  }

  /** Adds {@code dS K}, summed over a block of keys, to the tile's dQ. */
  private void acrossKeys(Scores scores, Work w, long query, int count, long key, int keys) {
    for (int r = 0; r < count; ) {
      int step = Tiles.nextRows(count - r, WarmUp.tileRows());
      int seen = scores.visible(query + r + step - 1, key, keys);
      for (int d = 0; d < padded; d += width) {
        headTiles.multiply(
            step,
            w.ds + r * SCORE_ROW,
            SCORE_ROW,
            4,
            w.keys + 4 * (keyPanels * d + key * width),
            4L * width,
            w.product + 4L * d,
            4L * padded,
            seen);
      }
      tiles.add(w.product, 4L * padded, w.dq + 4L * r * padded, 4L * padded, step, padded);
      r += step;
    }
  }
}
