package dev.kernite.engine;

import dev.kernite.engine.op.Activation;
import dev.kernite.engine.op.Embedding;
import dev.kernite.engine.op.Linear;
import dev.kernite.engine.op.Linear.WeightLayout;

/**
 * A weight matrix that is a tensor; gradients flow to it.
 *
 * @param weight [out, in] or [in, out], as the layout says
 */
public record DenseMatrix(Tensor weight, WeightLayout layout) implements WeightMatrix {
  /** Checks the shape. */
  public DenseMatrix {
    if (weight.shape().rank() != 2) {
      throw new EngineException("a weight matrix has two axes, not shape " + weight.shape());
    }
  }

  @Override
  public long in() {
    return weight.shape().dim(layout == WeightLayout.IN_OUT ? 0 : 1);
  }

  @Override
  public long out() {
    return weight.shape().dim(layout == WeightLayout.IN_OUT ? 1 : 0);
  }

  @Override
  public Tensor apply(Tensor x, Tensor bias, Activation f) {
    Tensor y = new Linear(layout).apply(x, weight, bias);
    return f == null ? y : f.apply(y);
  }

  @Override
  public Tensor rows(Tensor ids) {
    if (layout == WeightLayout.IN_OUT) {
      throw new EngineException("only a matrix stored [out, in] has rows to look up");
    }
    return new Embedding(-1).apply(weight, ids);
  }
}
