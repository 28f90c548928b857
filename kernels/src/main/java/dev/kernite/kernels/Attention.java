package dev.kernite.kernels;

/**
 * Scaled dot-product attention, {@code softmax(scale q k^T + bias, masked) v} (Vaswani et al.
 * 2017), with an online softmax (Milakov and Gimelshein 2018; Dao et al. 2022): scores are never
 * stored.
 *
 * <p>A query's result depends only on the keys it may see, in ascending blocks that start at key 0:
 * the bits are the same whether it is computed alone against a cache or among all queries.
 */
public interface Attention {
  /**
   * Computes the attention output.
   *
   * @param shape sizes, strides, causality, scale
   * @param q queries
   * @param k keys
   * @param v values
   * @param mask bytes, nonzero = may attend, or 0 for all; a query that may attend nowhere gives
   *     NaN
   * @param bias float32 added to the scaled scores, or 0
   * @param out result, strides {@code shape.out()}
   * @param lse receives log-sum-exp of the scores, dense [batch, heads, queries], or 0
   */
  void forward(Shape shape, long q, long k, long v, long mask, long bias, long out, long lse);

  /**
   * Adds the gradients to dq, dk, dv (strides as q, k, v) and dbias (strides as bias; 0-strides
   * sum), recomputing the scores from q, k and lse. Any of the four may be 0 for not wanted.
   *
   * @param out result of {@link #forward}
   * @param lse log-sum-exp from {@link #forward}
   * @param dout upstream gradient, strides {@code shape.out()}
   */
  void backward(
      Shape shape,
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
      long dbias);

  /**
   * One step of decoding: puts a new key and value of each head into a cache, at a position that
   * stands in device memory, and attends to all keys up to there. The result has the bits of {@link
   * #forward} over these keys. No argument changes from step to step, so that a {@link Recording}
   * of the step serves the next one.
   *
   * @param shape one query a head, {@code keys} positions of room, the strides of the cache for k
   *     and v, not causal
   * @param q queries
   * @param fresh strides of the new keys and values
   * @param newKeys a key a head
   * @param newValues a value a head
   * @param keys the cached keys
   * @param values the cached values
   * @param position address of an int32, 0 to {@code keys - 1}: how many positions are filled
   * @param bias float32 added to the scaled scores, or 0
   * @param out result, strides {@code shape.out()}
   */
  void decode(
      Shape shape,
      long q,
      Strides fresh,
      long newKeys,
      long newValues,
      long keys,
      long values,
      long position,
      long bias,
      long out);

  /** The softmax weights themselves, dense [batch, heads, queries, keys]: for inspection only. */
  void weights(Shape shape, long q, long k, long mask, long bias, long weights);

  /**
   * Sizes and strides. Strides count elements; the head dimension is contiguous.
   *
   * @param batch sequences
   * @param heads attention heads
   * @param queries query positions
   * @param keys key positions
   * @param headDim values a head
   * @param q strides of the queries
   * @param k strides of the keys
   * @param v strides of the values
   * @param out strides of the output
   * @param mask strides of the mask (ignored without one)
   * @param bias strides of the bias (ignored without one)
   * @param causal query i sees keys 0 .. keys - queries + i only
   * @param scale factor of the dot products
   */
  record Shape(
      long batch,
      long heads,
      long queries,
      long keys,
      long headDim,
      Strides q,
      Strides k,
      Strides v,
      Strides out,
      ScoreStrides mask,
      ScoreStrides bias,
      boolean causal,
      float scale) {

    /** The same over the first keys only. */
    public Shape withKeys(long first) {
      return new Shape(
          batch, heads, queries, first, headDim, q, k, v, out, mask, bias, causal, scale);
    }
  }

  /** Strides of [batch, heads, tokens, headDim] with a contiguous last axis. */
  record Strides(long batch, long head, long token) {}

  /** Strides of [batch, heads, queries, keys]; 0 repeats along the axis. */
  record ScoreStrides(long batch, long head, long query, long key) {
    /** For an absent operand. */
    public static final ScoreStrides NONE = new ScoreStrides(0, 0, 0, 0);
  }
}
