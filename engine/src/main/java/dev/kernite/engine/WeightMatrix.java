package dev.kernite.engine;

import dev.kernite.engine.op.Activation;

/**
 * The weight matrix of a layer: a tensor that can be trained, or packed because it is frozen, which
 * give the same bits; or either of them with a correction that is learnt in its place.
 */
public sealed interface WeightMatrix permits DenseMatrix, PackedMatrix, AdaptedMatrix {
  /** Length of the vectors it maps. */
  long in();

  /** Length of the vectors it maps them to. */
  long out();

  /**
   * {@code y = f(W x + bias)} over the last axis.
   *
   * @param x [..., in]
   * @param bias [out], or null
   * @param f applied to each result, or null
   * @return [..., out]
   */
  Tensor apply(Tensor x, Tensor bias, Activation f);

  /**
   * Rows of W as [out, in]: a tied language head is also the token embedding.
   *
   * @param ids int32 [...], each in 0 .. out - 1
   * @return [..., in]
   */
  Tensor rows(Tensor ids);
}
