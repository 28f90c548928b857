package dev.kernite.kernels.generator;

/**
 * Adam in its four kinds, in the operations and the order of {@code ScalarOptim}, whose bits they
 * have: weight decay in the gradient or in the parameter, and the second moment or its maximum.
 */
final class OptimKernels {
  private OptimKernels() {}

  static RowKernels all() {
    RowKernels kernels =
        new RowKernels(
            "OptimKernels",
            "Steps of optimisers in place, over n values, n a multiple of the vector length.");
    adam(kernels, "adam", "Adam, or AdamW where keep is not 1.", false, false);
    adam(kernels, "adamDecayed", "Adam with weight decay in the gradient.", true, false);
    adam(kernels, "amsgrad", "AMSGrad: divides by the largest second moment so far.", false, true);
    adam(kernels, "amsgradDecayed", "AMSGrad with weight decay in the gradient.", true, true);
    return kernels;
  }

  private static void adam(
      RowKernels kernels, String name, String doc, boolean decayed, boolean maximum) {
    String parameters =
        "long p, long g, long m, long v, long vMax, long n, float gradScale, float decay,"
            + " float keep, float beta1, float rest1, float beta2, float rest2,"
            + " float rootCorrection, float eps, float stepSize";
    kernels.wholeMap(
        name,
        doc,
        parameters,
        at -> {
          Vec p = at.load("p");
          Vec scaled = at.load("g").times("gradScale");
          Vec g = at.code.let("gradient", decayed ? scaled.plus(p.times("decay")) : scaled);
          Vec first = at.load("m").times("beta1").plus(g.times("rest1"));
          first = at.code.let("first", first);
          Vec second = at.load("v").times("beta2").plus(g.times("rest2").times(g));
          second = at.code.let("second", second);
          at.store("m", first);
          at.store("v", second);
          if (maximum) {
            second = at.code.let("largest", at.load("vMax").max(second));
            at.store("vMax", second);
          }
          Vec denominator = second.sqrt().over("rootCorrection").plus("eps");
          at.store("p", p.times("keep").minus(first.times("stepSize").over(denominator)));
        });
  }
}
