package dev.kernite.kernels.generator;

import static dev.kernite.kernels.generator.Functions.expOrZero;

import dev.kernite.kernels.generator.RowKernels.Fold;

/** What attention does with one row of scores or of outputs; see the interface ScoreRows. */
final class ScoreKernels {
  private ScoreKernels() {}

  static RowKernels all() {
    return new RowKernels("ScoreKernels", "Passes of attention over a row of n values.")
        .fold(
            "scale",
            "Scales a row and returns its largest value that is not NaN.",
            "long row, long n, float scale",
            2,
            Fold.LARGEST,
            at -> {
              Vec s = at.code.let("s", at.load("row").times("scale"));
              at.store("row", s);
              at.update("sum", max -> s.orElse(max, s.above(max)));
            })
        .fold(
            "scaleAdd",
            "row = scale row + bias, fused; returns its largest value that is not NaN.",
            "long row, long bias, long n, float scale",
            2,
            Fold.LARGEST,
            at -> {
              Vec s = at.code.let("s", at.load("row").fma("scale", at.load("bias")));
              at.store("row", s);
              at.update("sum", max -> s.orElse(max, s.above(max)));
            })
        .method(
            """
            Multiplies partial sums by a factor, replaces scores s by exp(s - max) and adds these to
            the sums: value j to sum j mod lanes, whatever the width of the machine's vectors.

            @param row n scores, n a multiple of lanes
            @param sums the partial sums
            @param lanes how many, a multiple of the vector length""",
            "static void exp(long row, long n, float max, float factor, long sums, int lanes)",
            ScoreKernels::exp)
        .method(
            """
            Adds products {@code a[j] b[j]}, fused, to partial sums that start at 0; as for exp.

            @param n any number
            @param sums the partial sums""",
            "static void dot(long a, long b, long n, long sums, int lanes)",
            ScoreKernels::dot)
        .method(
            """
            {@code y = y + sum over j of p[j] x[j]}, a chain of fused multiply-adds in ascending j.

            @param y n values
            @param p count factors
            @param x count rows of n values
            @param xRow bytes from one row to the next""",
            "static void addRows(long y, long p, int count, long x, long xRow, long n)",
            ScoreKernels::addRows)
        .map(
            "gradient",
            "ds = p (ds - d).",
            "long p, long ds, long n, float d",
            at -> at.store("ds", at.load("ds").minus("d").times(at.load("p"))))
        .map(
            "rescaleAdd",
            "y = factor y + x, fused.",
            "long y, float factor, long x, long n",
            at -> at.store("y", at.load("y").fma("factor", at.load("x"))))
        .map(
            "addScaled",
            "y = y + factor x, fused.",
            "long y, float factor, long x, long n",
            at -> at.store("y", at.load("x").fma("factor", at.load("y"))))
        .map(
            "divide",
            "y = x / divisor.",
            "long x, float divisor, long y, long n",
            at -> at.store("y", at.load("x").over("divisor")));
  }

  private static void exp(Code code) {
    code.nothingToDo("n == 0", "return;");
    code.open("for (int lane = 0; lane < lanes; lane += LANES)");
    code.line("FloatVector sum = %s;", Vec.load("sums + 4 * lane").times("factor").code());
    code.open("for (long j = lane; j < n; j += lanes)");
    Vec x = code.let("x", Vec.load("row + 4 * j").minus("max"));
    Vec e = code.let("e", expOrZero(code, x));
    code.line("%s.intoMemorySegment(ALL, row + 4 * j, LITTLE);", e.code());
    code.line("sum = %s;", e.plus(new Vec("sum")).code());
    code.close();
    code.line("sum.intoMemorySegment(ALL, sums + 4 * lane, LITTLE);");
    code.close();
  }

  private static void dot(Code code) {
    code.open("for (int lane = 0; lane < lanes; lane += LANES)");
    code.line("FloatVector sum = FloatVector.zero(S);");
    code.open("for (long j = lane; j < n; j += lanes)");
    code.line("VectorMask<Float> inside = S.indexInRange(j, n);");
    Vec a = code.let("a", Vec.load("a + 4 * j", "inside"));
    Vec b = Vec.load("b + 4 * j", "inside");
    code.line("sum = %s;", a.fma(b, new Vec("sum")).code());
    code.close();
    code.line("sum.intoMemorySegment(ALL, sums + 4 * lane, LITTLE);");
    code.close();
  }

  private static void addRows(Code code) {
    code.open("for (long i = 0; i < n; i += LANES)");
    code.line("VectorMask<Float> inside = S.indexInRange(i, n);");
    code.line("FloatVector sum = %s;", Vec.load("y + 4 * i", "inside").code());
    code.open("for (int j = 0; j < count; j++)");
    Vec row = Vec.load("x + j * xRow + 4 * i", "inside");
    code.line("sum = %s;", row.fma("ALL.get(FLOAT, p + 4L * j)", new Vec("sum")).code());
    code.close();
    code.line("sum.intoMemorySegment(ALL, y + 4 * i, LITTLE, inside);");
    code.close();
  }
}
