package dev.kernite.engine;

import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.Linear;
import dev.kernite.engine.op.Linear.WeightLayout;
import java.util.function.UnaryOperator;

/**
 * A frozen weight matrix W with a correction of low rank that is learnt in its place (LoRA; Hu et
 * al. 2021): W + scale * B A.
 *
 * @param base W, which no gradient flows to
 * @param down A, [rank, in]
 * @param up B, [out, rank]
 * @param scale of the correction, a scalar
 * @param before what becomes of the vectors on their way to A alone: dropout, or nothing
 */
public record AdaptedMatrix(
    WeightMatrix base, Tensor down, Tensor up, Tensor scale, UnaryOperator<Tensor> before)
    implements WeightMatrix {
  private static final Linear PRODUCT = new Linear(WeightLayout.OUT_IN);

  /** Checks that the shapes fit each other. */
  public AdaptedMatrix {
    if (down.shape().rank() != 2
        || !down.shape().equals(Shape.of(down.shape().dim(0), base.in()))
        || !up.shape().equals(Shape.of(base.out(), down.shape().dim(0)))) {
      throw new EngineException(
          "a matrix of %d x %d is corrected by [rank, %d] and [%d, rank], not %s and %s"
              .formatted(base.out(), base.in(), base.in(), base.out(), down.shape(), up.shape()));
    }
  }

  @Override
  public long in() {
    return base.in();
  }

  @Override
  public long out() {
    return base.out();
  }

  @Override
  public Tensor apply(Tensor x, Tensor bias, Activation f) {
    Tensor low = PRODUCT.apply(before.apply(x), down, null);
    Tensor correction = PRODUCT.apply(Functional.mul(low, scale), up, null);
    Tensor y = Functional.add(base.apply(x, bias, null), correction);
    return f == null ? y : f.apply(y);
  }

  @Override
  public Tensor rows(Tensor ids) {
    throw new EngineException("the rows of an adapted matrix cannot be looked up");
  }
}
