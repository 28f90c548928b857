package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Memory.Buffer;

/**
 * Attention by tiles of queries and blocks of {@value #KEY_BLOCK} keys, over either twin's inner
 * loops. Each score is one chain of fused multiply-adds over the head dimension; each key block of
 * a query's output is one chain over the keys it may see; blocks start at key 0 and are combined by
 * the online softmax in ascending order. Nothing else enters a query's result, so its bits depend
 * neither on the queries beside it nor on keys it cannot see.
 */
final class TiledAttention implements Attention {
  static final int KEY_BLOCK = 256;
  private static final int WEIGHT_TILE = 48;

  private final Workers workers;
  private final HostMemory memory;
  private final Tiles tiles;
  private final ScoreRows rows;

  TiledAttention(Workers workers, HostMemory memory, Tiles tiles, ScoreRows rows) {
    this.workers = workers;
    this.memory = memory;
    this.tiles = tiles;
    this.rows = rows;
  }

  @Override
  public void forward(Shape s, long q, long k, long v, long mask, long bias, long out, long lse) {
    new AttentionForward(memory, tiles, rows, s, q, k, v, mask, bias, out, lse).run(workers);
  }

  @Override
  public void backward(
      Shape s,
      long q,
      long k,
      long v,
      long mask,
      long bias,
      long out,
      long lse,
      long dout,
      long dq,
      long dk,
      long dv,
      long dbias) {
    var gradients = new AttentionBackward.Gradients(dq, dk, dv, dbias);
    new AttentionBackward(memory, tiles, rows, s, q, k, v, mask, bias, out, lse, dout, gradients)
        .run(workers);
  }

  @Override
  public void decode(
      Shape s,
      long q,
      Strides fresh,
      long newKeys,
      long newValues,
      long keys,
      long values,
      long position,
      long bias,
      long out) {
    long at = RawMemory.getInt(position);
    for (long b = 0; b < s.batch(); b++) {
      for (long h = 0; h < s.heads(); h++) {
        long from = 4 * (b * fresh.batch() + h * fresh.head());
        RawMemory.copy(newKeys + from, keys + cached(s.k(), b, h, at), 4 * s.headDim());
        RawMemory.copy(newValues + from, values + cached(s.v(), b, h, at), 4 * s.headDim());
      }
    }
    forward(s.withKeys(at + 1), q, keys, values, 0, bias, out, 0);
  }

  private static long cached(Strides strides, long batch, long head, long token) {
    return 4 * (batch * strides.batch() + head * strides.head() + token * strides.token());
  }

  @Override
  public void weights(Shape s, long q, long k, long mask, long bias, long weights) {
    long queryTiles = (s.queries() + WEIGHT_TILE - 1) / WEIGHT_TILE;
    workers.run(
        s.batch() * s.heads() * queryTiles,
        task -> {
          Scores scores = new Scores(s, tiles, rows, q, k, mask, bias, task / queryTiles);
          weightsTile(scores, s, task % queryTiles * WEIGHT_TILE, weights);
        });
  }

  /** Softmax over whole rows of scores, of a few queries of one head. */
  private void weightsTile(Scores scores, Shape s, long query, long weights) {
    int count = (int) Math.min(WEIGHT_TILE, s.queries() - query);
    long rowBytes = 4 * ((s.keys() + KEY_BLOCK - 1) / KEY_BLOCK * KEY_BLOCK);
    long sumBytes = 4L * ScoreRows.LANES;
    Buffer scratch = memory.allocate(count * rowBytes + sumBytes + scores.packedBytes(KEY_BLOCK));
    try {
      long tile = scratch.address();
      long sums = tile + count * rowBytes;
      long kt = sums + sumBytes;
      for (long key = 0; key < s.keys(); key += KEY_BLOCK) {
        int keys = (int) Math.min(KEY_BLOCK, s.keys() - key);
        scores.pack(key, keys, kt);
        scores.dots(query, count, key, keys, kt, tile + 4 * key, rowBytes);
      }
      for (int r = 0; r < count; r++) {
        long row = tile + r * rowBytes;
        long target = weights + 4 * ((scores.head() * s.queries() + query + r) * s.keys());
        int visible = (int) scores.visible(query + r);
        float max = scores.finish(row, query + r, 0, visible);
        if (max == Float.NEGATIVE_INFINITY) { // may attend nowhere
          for (long j = 0; j < s.keys(); j++) {
            RawMemory.putFloat(target + 4 * j, Float.NaN);
          }
          continue;
        }
        RawMemory.zero(sums, sumBytes);
        rows.exp(row, visible, max, 1, sums);
        rows.divide(row, rows.total(sums), target, visible);
        RawMemory.zero(target + 4L * visible, 4 * (s.keys() - visible));
      }
    } finally {
      memory.release(scratch);
    }
  }
}
