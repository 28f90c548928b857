package dev.kernite.kernels;

/** Fused optimiser updates, in place, one pass over memory. */
public interface Optim {
  /**
   * Adam (Kingma and Ba 2015) or AdamW (Loshchilov and Hutter 2019) with denominator {@code sqrt(v)
   * / sqrt(1 - beta2^step) + eps}.
   *
   * @param p parameters
   * @param g gradients, each multiplied by {@code gradScale} first
   * @param m first moments
   * @param v second moments
   * @param vMax largest second moments (AMSGrad, Reddi et al. 2018), or 0
   * @param n values
   * @param c the step's constants
   */
  void adam(long p, long g, long m, long v, long vMax, long n, Adam c);

  /**
   * Constants of one Adam step.
   *
   * @param lr learning rate
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param eps added to the denominator
   * @param weightDecay decay factor
   * @param decoupled AdamW (p *= 1 - lr weightDecay) instead of L2 (g += weightDecay p)
   * @param step 1 for the first
   * @param gradScale factor of the gradients (clipping)
   */
  record Adam(
      double lr,
      double beta1,
      double beta2,
      double eps,
      double weightDecay,
      boolean decoupled,
      long step,
      double gradScale) {}

  /**
   * Stochastic gradient descent: {@code g += weightDecay p; buffer = first ? g : momentum buffer +
   * g; p -= lr (nesterov ? g + momentum buffer : buffer)}.
   *
   * @param buffer momentum, or 0 without
   * @param first whether the buffer holds nothing yet
   */
  void sgd(
      long p,
      long g,
      long buffer,
      long n,
      double lr,
      double momentum,
      double weightDecay,
      boolean nesterov,
      boolean first,
      double gradScale);

  /**
   * Descent along gradients divided by the root of their squares, which are summed or averaged:
   * {@code g += weightDecay p; squares = keep squares + add g^2; step = g / (sqrt(squares) + eps);
   * buffer = momentum buffer + step; p -= lr buffer}.
   *
   * @param buffer momentum, or 0 without: then {@code p -= lr step}
   */
  void adaptive(long p, long g, long squares, long buffer, long n, Adaptive c);

  /**
   * Constants of one such step. RMSprop (Tieleman and Hinton 2012) has add = 1 - keep, Adagrad
   * (Duchi et al. 2011) has keep = add = 1.
   *
   * @param lr learning rate
   * @param keep factor of the squares so far
   * @param add factor of the new square
   * @param eps added to the denominator
   * @param momentum decay of the buffer
   * @param weightDecay decay factor
   * @param gradScale factor of the gradients (clipping)
   */
  record Adaptive(
      double lr,
      double keep,
      double add,
      double eps,
      double momentum,
      double weightDecay,
      double gradScale) {}
}
