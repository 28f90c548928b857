package dev.kernite.kernels.generator;

/** Runs of pixels on their way between images and the patches of a convolution. */
final class PixelKernels {
  private PixelKernels() {}

  static RowKernels all() {
    return new RowKernels("PixelKernels", "Copies of runs of n pixels.")
        .map("copy", "y = x.", "long x, long y, long n", at -> at.store("y", at.load("x")))
        .map(
            "shift",
            "y = x + offset.",
            "long x, long y, long n, float offset",
            at -> at.store("y", at.load("x").plus("offset")))
        .method(
            "y[i] = x[2 i]: the even lanes of two vectors, side by side.",
            "static void everySecond(long x, long y, long n)",
            code -> {
              code.open("for (long i = 0; i < n; i += LANES)");
              code.line("VectorMask<Float> inside = S.indexInRange(i, n);");
              code.line("VectorMask<Float> first = S.indexInRange(2 * i, 2 * n - 1);");
              code.line("VectorMask<Float> second = S.indexInRange(2 * i + LANES, 2 * n - 1);");
              Vec low = code.let("low", Vec.load("x + 8 * i", "first"));
              Vec high = code.let("high", Vec.load("x + 8 * i + BYTES", "second"));
              code.line(
                  "%s.rearrange(EVENS).blend(%s.rearrange(EVENS), UPPER)"
                      + ".intoMemorySegment(ALL, y + 4 * i, LITTLE, inside);",
                  low.code(), high.code());
              code.close();
            })
        .method(
            "y[2 i] = x[i]: each half of a vector, spread over the even lanes of a whole one.",
            "static void toEverySecond(long x, long y, long n)",
            code -> {
              code.open("for (long i = 0; i < n; i += LANES)");
              code.line("VectorMask<Float> inside = S.indexInRange(i, n);");
              Vec values = code.let("values", Vec.load("x + 4 * i", "inside"));
              spread(code, values, "LOW_TWICE", "2 * i", "y + 8 * i");
              spread(code, values, "HIGH_TWICE", "2 * i + LANES", "y + 8 * i + BYTES");
              code.close();
            })
        .method(
            """
            Fills a dense matrix whose rows are made of the same runs, each read from another place.
            A whole vector is read and written for every run: the next one, to the right or in the
            next row, goes over its surplus.

            @param places of the rows in the source, in bytes
            @param runs see {@link RunTable}
            @param row bytes from one row of the matrix to the next""",
            "static void gather("
                + "long source, long places, int rows, long runs, int count, long matrix, long row)",
            code -> {
              forEachRun(code, "from", "source");
              Vec values = code.let("values", Vec.load("from + ALL.get(LONG, run)"));
              code.line(
                  "%s.intoMemorySegment(ALL, matrix + ALL.get(LONG, run + 8), LITTLE);",
                  values.code());
              code.close();
              code.line("matrix += row;");
              code.close();
            })
        .method(
            """
            Adds the rows of a matrix to the places that {@link #gather} would read them from. The
            surplus of a run is read, and written back as it was.""",
            "static void scatter("
                + "long matrix, long row, long places, int rows, long runs, int count, long target)",
            code -> {
              forEachRun(code, "to", "target");
              code.line("long at = to + ALL.get(LONG, run);");
              code.line(
                  "VectorMask<Float> inside = VectorMask.fromLong(S, (1L << ALL.get(LONG, run + 16)) - 1);");
              Vec old = code.let("old", Vec.load("at"));
              Vec values = code.let("values", Vec.load("matrix + ALL.get(LONG, run + 8)"));
              code.line(
                  "%s.blend(%s, inside).intoMemorySegment(ALL, at, LITTLE);",
                  old.code(), old.plus(values).code());
              code.close();
              code.line("matrix += row;");
              code.close();
            });
  }

  private static void spread(Code code, Vec values, String lanes, String first, String to) {
    code.line(
        "%s.rearrange(%s).intoMemorySegment(ALL, %s, LITTLE,"
            + " S.indexInRange(%s, 2 * n - 1).and(EVEN_LANES));",
        values.code(), lanes, to, first);
  }

  /** Opens a loop over rows, and in it one over runs, of which one is called {@code run}. */
  private static void forEachRun(Code code, String place, String origin) {
    code.open("for (int r = 0; r < rows; r++)");
    code.line("long %s = %s + ALL.get(LONG, places + 8L * r);", place, origin);
    code.line("long run = runs;");
    code.open("for (int j = 0; j < count; j++, run += RunTable.ENTRY)");
  }
}
