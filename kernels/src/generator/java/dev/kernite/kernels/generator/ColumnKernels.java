package dev.kernite.kernels.generator;

/** Sums of rows, column by column. */
final class ColumnKernels {
  private ColumnKernels() {}

  static RowKernels all() {
    return new RowKernels("ColumnKernels", "Sums of rows of n values, column by column.")
        .map(
            "add",
            "sum = sum + x.",
            "long x, long sum, long n",
            at -> at.store("sum", at.load("sum").plus(at.load("x"))))
        .map(
            "addFour",
            "sum = sum + ((x + y) + (z + w)).",
            "long x, long y, long z, long w, long sum, long n",
            at -> {
              Vec first = at.load("x").plus(at.load("y"));
              Vec second = at.load("z").plus(at.load("w"));
              at.store("sum", at.load("sum").plus(first.plus(second)));
            })
        .map(
            "scaleAdd",
            "y = alpha x + beta y.",
            "long x, long y, long n, float alpha, float beta",
            at -> at.store("y", at.load("x").times("alpha").plus(at.load("y").times("beta"))));
  }
}
