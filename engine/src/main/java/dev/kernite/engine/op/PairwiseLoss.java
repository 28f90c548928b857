package dev.kernite.engine.op;

import dev.kernite.engine.DType;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Call;
import dev.kernite.engine.autograd.Gradient;
import dev.kernite.kernels.LossFunction;
import dev.kernite.kernels.ReduceFunction;

/**
 * Losses that compare each prediction with its own target: x (or p) and y of one shape. Weights, if
 * the loss has them, broadcast to that shape. The mean divides by the number of values, whatever
 * their weights; over nothing it is NaN.
 */
public sealed interface PairwiseLoss extends Op
    permits Bce, BceWithLogits, KlDiv, L1, Mse, SmoothL1 {

  /** The loss of one pair. */
  LossFunction function();

  /** What becomes of the losses. */
  Averaging reduction();

  /** The function's parameter, where it has one. */
  default float parameter() {
    return 0;
  }

  @Override
  default Shape shape(Shape... in) {
    if (!in[0].equals(in[1])) {
      throw Op.misfit(this, "prediction and target must have one shape", in);
    }
    for (int i = 2; i < in.length; i++) {
      if (in[i] != null && !Shape.broadcast(in[i], in[0]).equals(in[0])) {
        throw Op.misfit(this, "the weight does not broadcast to the prediction", in);
      }
    }
    return reduction().adds() ? Shape.SCALAR : in[0];
  }

  @Override
  default void forward(Call c) {
    Shape x = c.input(0).shape();
    boolean reduced = reduction().adds();
    Tensor loss = reduced ? c.scratch(DType.F32, x) : c.output();
    c.backend()
        .loss()
        .elementwise(
            function(),
            parameter(),
            c.address(0),
            c.address(1),
            spread(c, 2),
            spread(c, 3),
            loss.address(),
            x.size());
    if (reduced) {
      double divisor = reduction().divisor(x);
      boolean mean = divisor == x.size();
      ReduceFunction f = mean ? ReduceFunction.MEAN : ReduceFunction.SUM;
      long total = c.output().address();
      c.backend().reduce().reduce(f, loss.address(), total, 1, x.size(), 1, 0);
      if (!mean && divisor != 1) {
        c.backend().elementwise().scaleAdd((float) (1 / divisor), total, 0, total, 1);
      }
      loss.close();
    }
  }

  /** A weight with one value a pair, kept for backward; 0 without one. */
  private static long spread(Call c, int i) {
    Tensor weight = c.input(i);
    if (weight == null) {
      return 0;
    }
    Shape x = c.input(0).shape();
    Tensor dense = c.save(DType.F32, x);
    c.backend()
        .layout()
        .copy(
            weight.address(),
            weight.shape().stridesWithin(x),
            dense.address(),
            x.strides(),
            x.toArray(),
            4);
    return dense.address();
  }

  @Override
  default void backward(Gradient g) {
    Shape x = g.input(0).shape();
    Tensor scale = g.upstream();
    if (reduction().adds()) {
      scale = g.scratch(DType.F32, x);
      g.backend()
          .layout()
          .copy(
              g.upstream().address(),
              Shape.SCALAR.stridesWithin(x),
              scale.address(),
              x.strides(),
              x.toArray(),
              4);
    }
    double divisor = reduction().divisor(x);
    if (divisor != 1) {
      float share = (float) (1 / divisor);
      g.backend().elementwise().scaleAdd(share, scale.address(), 0, scale.address(), x.size());
    }
    boolean weighted = g.input(2) != null;
    boolean positive = g.input(3) != null;
    g.backend()
        .loss()
        .elementwiseGrad(
            function(),
            parameter(),
            g.address(0),
            g.address(1),
            weighted ? g.saved(0).address() : 0,
            positive ? g.saved(weighted ? 1 : 0).address() : 0,
            scale.address(),
            g.resultAddress(0),
            g.resultAddress(1),
            x.size());
  }

  @Override
  default Cost cost(Shape... in) {
    return Cost.elementwise(3, in[0].size(), 2);
  }
}
