package dev.kernite.kernels.generator;

/**
 * Pooling of one plane, a vector of outputs at a time. The plane is padded, and laid out so that
 * what a tap of the window sees from a row of outputs lies side by side: then a tap is an offset.
 */
final class PoolKernels {
  private static final String PLACES = "long pixels, long pixelRow, long taps, long places";
  private static final String OUTPUTS = "int rows, long n";

  private PoolKernels() {}

  static RowKernels all() {
    return new RowKernels("PoolKernels", DOC)
        .method(
            """
            The largest pixel of each window, NaN if there is one, and the place of it: the first of
            equals, the last NaN.

            @param places of the taps in the image, from the first tap's, one int32 a tap
            @param place of the first tap of the first output; {@code placeRow} and {@code placeStep}
                to the next row and column
            @param indices the places, or 0
            @return whether a window has nothing above -infinity: its index is unknown""",
            "static boolean max("
                + PLACES
                + ", int count, int place, int placeRow, int placeStep, "
                + OUTPUTS
                + ", long y, long indices)",
            PoolKernels::max)
        .method(
            """
            The sum of each window, row by row of its taps, over the product of two divisors.

            @param divisors one float an output column
            @param rowDivisors one an output row""",
            "static void average(long pixels, long pixelRow, long taps, int height, int width, "
                + "long divisors, long rowDivisors, "
                + OUTPUTS
                + ", long y)",
            PoolKernels::average)
        .method(
            "Adds to all pixels of a window its dy over the divisors of {@link #average}.",
            "static void averageGrad(long pixels, long pixelRow, long taps, int count, "
                + "long divisors, long rowDivisors, "
                + OUTPUTS
                + ", long dy)",
            PoolKernels::averageGrad);
  }

  private static final String DOC =
      """
      Pooling of one plane of rows times n outputs.

      <p>Common parameters: {@code pixels}, where the first tap of the first output is, and {@code
      pixelRow} bytes to the next row of outputs; {@code taps}, the offsets of the taps in bytes, one
      int64 each.""";

  /** Opens loops over rows of outputs, and vectors of a row. */
  private static void forEachVector(Code code) {
    code.open("for (int r = 0; r < rows; r++)");
    code.open("for (long i = 0; i < n; i += LANES)");
    code.line("VectorMask<Float> inside = S.indexInRange(i, n);");
    code.line("long from = pixels + r * pixelRow + 4 * i;");
    code.line("long out = 4 * (r * n + i);");
  }

  private static void max(Code code) {
    code.line("VectorMask<Float> unknown = S.maskAll(false);");
    forEachVector(code);
    code.line("int first = place + r * placeRow + (int) i * placeStep;");
    code.line("IntVector origin = IntVector.broadcast(I, first).addIndex(placeStep);");
    code.line("FloatVector best = broadcast(S, Float.NEGATIVE_INFINITY);");
    code.line("IntVector where = IntVector.zero(I);");
    code.open("for (int t = 0; t < count; t++)");
    Vec pixel = code.let("pixel", Vec.load("from + ALL.get(LONG, taps + 8L * t)"));
    Vec.Test larger = code.let("larger", pixel.above(new Vec("best")).or(pixel.isNaN()));
    code.line("best = best.blend(%s, %s);", pixel.code(), larger.code());
    code.line("where = where.blend(ALL.get(INT, places + 4L * t), %s.cast(I));", larger.code());
    code.close();
    code.line("best.intoMemorySegment(ALL, y + out, LITTLE, inside);");
    code.open("if (indices != 0)");
    code.line("origin.add(where).intoMemorySegment(ALL, indices + out, LITTLE, inside.cast(I));");
    code.line("unknown = best.compare(EQ, Float.NEGATIVE_INFINITY).and(inside).or(unknown);");
    code.close();
    code.close().close();
    code.line("return unknown.anyTrue();");
  }

  private static Vec divisor(Code code) {
    Vec column = code.let("column", Vec.load("divisors + 4 * i", "inside"));
    return column.times("ALL.get(FLOAT, rowDivisors + 4L * r)");
  }

  private static void average(Code code) {
    forEachVector(code);
    code.line("FloatVector total = broadcast(S, 0f);");
    code.line("long tap = taps;");
    code.open("for (int ky = 0; ky < height; ky++)");
    code.line("FloatVector sum = broadcast(S, 0f);");
    code.open("for (int kx = 0; kx < width; kx++, tap += 8)");
    code.line("sum = %s.add(sum);", Vec.load("from + ALL.get(LONG, tap)").code());
    code.close();
    code.line("total = broadcast(S, 0f).add(sum).add(total);");
    code.close();
    Vec divisor = code.let("divisor", divisor(code));
    code.line("total.div(%s).intoMemorySegment(ALL, y + out, LITTLE, inside);", divisor.code());
    code.close().close();
  }

  private static void averageGrad(Code code) {
    forEachVector(code);
    Vec divisor = code.let("divisor", divisor(code));
    Vec share = code.let("share", Vec.load("dy + out", "inside").over(divisor));
    code.open("for (int t = count - 1; t >= 0; t--)");
    code.line("long at = from + ALL.get(LONG, taps + 8L * t);");
    Vec old = code.let("old", Vec.load("at"));
    code.line(
        "%s.blend(%s, inside).intoMemorySegment(ALL, at, LITTLE);",
        old.code(), old.plus(share).code());
    code.close();
    code.close().close();
  }
}
