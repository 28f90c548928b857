package dev.kernite.engine.optim;

import dev.kernite.engine.EngineException;
import dev.kernite.kernels.Optim;
import java.util.List;

/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), optionally AMSGrad (Reddi et
 * al. 2018), with PyTorch's arithmetic: the denominator is sqrt(v) / sqrt(1 - beta2^t) + eps.
 */
public final class Adam extends Optimizer {
  private static final int M = 0;
  private static final int V = 1;
  private static final int V_MAX = 2;

  private final Options options;

  /**
   * What all groups share.
   *
   * @param beta1 decay of the first moment, 0 .. 1
   * @param beta2 decay of the second moment, 0 .. 1
   * @param eps added to the denominator
   * @param decoupled AdamW's weight decay instead of an L2 term in the gradient
   * @param amsgrad divide by the largest second moment so far
   */
  public record Options(
      double beta1, double beta2, double eps, boolean decoupled, boolean amsgrad) {
    /** Betas 0.9 and 0.999, eps 1e-8, L2. */
    public static final Options ADAM = new Options(0.9, 0.999, 1e-8, false, false);

    /** Betas 0.9 and 0.999, eps 1e-8, decoupled decay. */
    public static final Options ADAMW = new Options(0.9, 0.999, 1e-8, true, false);

    /** Checks the ranges. */
    public Options {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
        throw new EngineException(
            "adam: betas must be in [0, 1) and eps at least 0, not %s, %s, %s"
                .formatted(beta1, beta2, eps));
      }
    }

    /** These options with other betas. */
    public Options withBetas(double first, double second) {
      return new Options(first, second, eps, decoupled, amsgrad);
    }

    /** These options with another eps. */
    public Options withEps(double value) {
      return new Options(beta1, beta2, value, decoupled, amsgrad);
    }

    /** These options with AMSGrad. */
    public Options withAmsgrad() {
      return new Options(beta1, beta2, eps, decoupled, true);
    }
  }

  /** Creates the optimiser with zeroed moments. */
  public Adam(List<ParameterGroup> groups, Options options) {
    this.options = options;
    super(options.amsgrad() ? new Slots(groups, "m", "v", "v_max") : new Slots(groups, "m", "v"));
  }

  @Override
  public void step(double lr, double gradScale) {
    slots.each(
        (slot, gradient) ->
            slot.parameter
                .engine()
                .backend()
                .optim()
                .adam(
                    slot.parameter.address(),
                    gradient.address(),
                    slot.address(M),
                    slot.address(V),
                    slot.address(V_MAX),
                    slot.parameter.size(),
                    new Optim.Adam(
                        lr * slot.lrScale,
                        options.beta1(),
                        options.beta2(),
                        options.eps(),
                        slot.weightDecay,
                        options.decoupled(),
                        slot.step,
                        gradScale)));
  }
}
