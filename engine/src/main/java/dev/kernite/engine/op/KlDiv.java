package dev.kernite.engine.op;

import dev.kernite.engine.Shape;
import dev.kernite.kernels.LossFunction;
import java.util.Locale;

/**
 * Kullback-Leibler divergence of a prediction x, given as log-probabilities, from a target y:
 * {@code y (log y - x)}, 0 for y = 0.
 *
 * @param reduction what becomes of the losses; the divergence of distributions is {@code batchmean}
 * @param logTarget y holds log-probabilities too
 */
@Named("kl_div")
@Input("x")
@Input(value = "y", gradient = false)
public record KlDiv(@Default("mean") Total reduction, @Default("false") boolean logTarget)
    implements PairwiseLoss {

  /** What becomes of the losses. */
  public enum Total implements Averaging {
    /** The sum over the number of distributions, which lie along the first axis. */
    BATCHMEAN,
    /** The mean over all values. */
    MEAN,
    /** The sum. */
    SUM,
    /** Nothing: one loss a value. */
    NONE;

    @Override
    public boolean adds() {
      return this != NONE;
    }

    @Override
    public double divisor(Shape x) {
      return switch (this) {
        case BATCHMEAN -> x.dim(0);
        case MEAN -> x.size();
        case SUM, NONE -> 1;
      };
    }
  }

  @Override
  public Shape shape(Shape... in) {
    if (reduction == Total.BATCHMEAN && in[0].rank() == 0) {
      String name = reduction.name().toLowerCase(Locale.ROOT);
      throw Op.misfit(this, "reduction " + name + " needs a batch axis", in);
    }
    return PairwiseLoss.super.shape(in);
  }

  @Override
  public LossFunction function() {
    return logTarget ? LossFunction.KL_DIV_LOG : LossFunction.KL_DIV;
  }
}
