package dev.kernite.kernels;

/**
 * The float32 factors of one Adam step, worked out in float64 as PyTorch does.
 *
 * @param gradScale factor of the gradients
 * @param l2 weight decay added to the gradient; 0 for AdamW
 * @param keep {@code 1 - lr weightDecay} for AdamW, else 1
 * @param beta1 decay of the first moment
 * @param rest1 {@code 1 - beta1}
 * @param beta2 decay of the second moment
 * @param rest2 {@code 1 - beta2}
 * @param rootCorrection {@code sqrt(1 - beta2^step)}
 * @param eps added to the denominator
 * @param stepSize {@code lr / (1 - beta1^step)}
 */
public record AdamFactors(
    float gradScale,
    float l2,
    float keep,
    float beta1,
    float rest1,
    float beta2,
    float rest2,
    float rootCorrection,
    float eps,
    float stepSize) {
  /** The factors of a step. */
  public static AdamFactors of(Optim.Adam c) {
    double correction1 = 1 - Math.pow(c.beta1(), c.step());
    double correction2 = 1 - Math.pow(c.beta2(), c.step());
    return new AdamFactors(
        (float) c.gradScale(),
        c.decoupled() ? 0 : (float) c.weightDecay(),
        c.decoupled() ? (float) (1 - c.lr() * c.weightDecay()) : 1,
        (float) c.beta1(),
        (float) (1 - c.beta1()),
        (float) c.beta2(),
        (float) (1 - c.beta2()),
        (float) Math.sqrt(correction2),
        (float) c.eps(),
        (float) (c.lr() / correction1));
  }
}
