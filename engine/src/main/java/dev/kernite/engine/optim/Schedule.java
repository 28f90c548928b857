package dev.kernite.engine.optim;

/**
 * A learning-rate schedule: the factor of the base rate at each step, counted from 0. Those with
 * warm-up follow Hugging Face's {@code get_*_schedule*}: the factor rises linearly from 0 at step 0
 * to 1 at step {@code warmup}. The others follow {@code torch.optim.lr_scheduler}.
 */
@FunctionalInterface
public interface Schedule {
  /**
   * The factor at a step.
   *
   * @param step 0 for the first
   */
  double factor(long step);

  /** Always 1 after the warm-up; no warm-up with 0. */
  static Schedule constant(long warmup) {
    return step -> step < warmup ? rise(step, warmup) : 1;
  }

  /** Linear from 1 down to 0 at {@code total}, then 0. */
  static Schedule linear(long warmup, long total) {
    return step ->
        step < warmup
            ? rise(step, warmup)
            : Math.max(0, (double) (total - step) / Math.max(1, total - warmup));
  }

  /**
   * Half a cosine from 1 down to 0 at {@code total}. A run that goes on beyond it climbs again, as
   * the reference does.
   */
  static Schedule cosine(long warmup, long total) {
    return step ->
        step < warmup
            ? rise(step, warmup)
            : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress(step, warmup, total))));
  }

  /** {@code cycles} half cosines one after the other, each from 1 to 0; 0 from {@code total} on. */
  static Schedule cosineRestarts(long warmup, long total, int cycles) {
    return step -> {
      if (step < warmup) {
        return rise(step, warmup);
      }
      double progress = progress(step, warmup, total);
      double within = (cycles * progress) % 1.0;
      return progress >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * within)));
    };
  }

  /**
   * From 1 to {@code end} at {@code total}: (1 - end) (1 - progress)^power + end.
   *
   * @param end last factor: final over base rate
   */
  static Schedule polynomial(long warmup, long total, double end, double power) {
    return step -> {
      if (step < warmup) {
        return rise(step, warmup);
      }
      double left = Math.max(0, 1 - progress(step, warmup, total));
      return (1 - end) * Math.pow(left, power) + end;
    };
  }

  /** sqrt(warmup / step) after the warm-up, which must be at least 1 (Vaswani et al. 2017). */
  static Schedule inverseSqrt(long warmup) {
    return step ->
        step < warmup ? rise(step, warmup) : Math.sqrt((double) warmup / Math.max(1, step));
  }

  /** Times {@code gamma} every {@code every} steps. */
  static Schedule step(long every, double gamma) {
    return step -> Math.pow(gamma, Math.floorDiv(step, every));
  }

  /** Times {@code gamma} every step. */
  static Schedule exponential(double gamma) {
    return step -> Math.pow(gamma, step);
  }

  /**
   * A cosine that swings between 1 and {@code end} and back with period {@code 2 half} (the closed
   * form of Loshchilov and Hutter 2017).
   *
   * @param end lowest factor: final over base rate
   */
  static Schedule cosineAnnealing(long half, double end) {
    return step -> end + (1 - end) * 0.5 * (1 + Math.cos(Math.PI * step / half));
  }

  private static double rise(long step, long warmup) {
    return (double) step / Math.max(1, warmup);
  }

  private static double progress(long step, long warmup, long total) {
    return (double) (step - warmup) / Math.max(1, total - warmup);
  }
}
