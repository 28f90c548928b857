package dev.kernite.kernels.generator;

/** Pixels on their way between images and the patches of a convolution. */
final class PixelKernels {
  private PixelKernels() {}

  static RowKernels all() {
    return new RowKernels("PixelKernels", "Blocks of rows of n pixels; strides count bytes.")
        .method(
            "y = x.",
            "static void copy(long x, long xRow, long y, long yRow, int rows, long n)",
            code -> {
              code.line("long whole = n - n % LANES;");
              code.line("VectorMask<Float> rest = S.indexInRange(whole, n);");
              code.open("for (int r = 0; r < rows; r++)");
              code.open("for (long i = 0; i < whole; i += LANES)");
              code.line(
                  "%s.intoMemorySegment(ALL, y + 4 * i, LITTLE);", Vec.load("x + 4 * i").code());
              code.close();
              code.line(
                  "%s.intoMemorySegment(ALL, y + 4 * whole, LITTLE, rest);",
                  Vec.load("x + 4 * whole", "rest").code());
              nextRow(code);
            })
        .method(
            "y = x + offset, a float for each row.",
            "static void shift("
                + "long x, long xRow, long offsets, long y, long yRow, int rows, long n)",
            code -> {
              code.line("long whole = n - n % LANES;");
              code.line("VectorMask<Float> rest = S.indexInRange(whole, n);");
              code.open("for (int r = 0; r < rows; r++)");
              code.line("float offset = ALL.get(FLOAT, offsets + 4L * r);");
              code.open("for (long i = 0; i < whole; i += LANES)");
              code.line(
                  "%s.intoMemorySegment(ALL, y + 4 * i, LITTLE);",
                  Vec.load("x + 4 * i").plus("offset").code());
              code.close();
              code.line(
                  "%s.intoMemorySegment(ALL, y + 4 * whole, LITTLE, rest);",
                  Vec.load("x + 4 * whole", "rest").plus("offset").code());
              nextRow(code);
            })
        .method(
            "y[i] = x[2 i]: the even lanes of two vectors, side by side.",
            "static void everySecond(long x, long xRow, long y, long yRow, int rows, long n)",
            code -> {
              code.open("for (long i = 0; i < n; i += LANES, x += 2 * BYTES, y += BYTES)");
              code.line("VectorMask<Float> inside = S.indexInRange(i, n);");
              code.line("VectorMask<Float> first = S.indexInRange(2 * i, 2 * n - 1);");
              code.line("VectorMask<Float> second = S.indexInRange(2 * i + LANES, 2 * n - 1);");
              code.open("for (int r = 0; r < rows; r++)");
              Vec low = code.let("low", Vec.load("x + r * xRow", "first"));
              Vec high = code.let("high", Vec.load("x + r * xRow + BYTES", "second"));
              code.line(
                  "%s.rearrange(EVENS).blend(%s.rearrange(EVENS), UPPER)"
                      + ".intoMemorySegment(ALL, y + r * yRow, LITTLE, inside);",
                  low.code(), high.code());
              code.close().close();
            })
        .method(
            "y[2 i] = x[i]: each half of a vector, spread over the even lanes of a whole one.",
            "static void toEverySecond(long x, long xRow, long y, long yRow, int rows, long n)",
            code -> {
              code.open("for (long i = 0; i < n; i += LANES, x += BYTES, y += 2 * BYTES)");
              code.line("VectorMask<Float> inside = S.indexInRange(i, n);");
              code.line("VectorMask<Float> first = S.indexInRange(2 * i, 2 * n - 1);");
              code.line("first = first.and(EVEN_LANES);");
              code.line("VectorMask<Float> second = S.indexInRange(2 * i + LANES, 2 * n - 1);");
              code.line("second = second.and(EVEN_LANES);");
              code.open("for (int r = 0; r < rows; r++)");
              Vec values = code.let("values", Vec.load("x + r * xRow", "inside"));
              spread(code, values, "LOW_TWICE", "y + r * yRow", "first");
              spread(code, values, "HIGH_TWICE", "y + r * yRow + BYTES", "second");
              code.close().close();
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

  private static void spread(Code code, Vec values, String lanes, String to, String mask) {
    code.line(
        "%s.rearrange(%s).intoMemorySegment(ALL, %s, LITTLE, %s);", values.code(), lanes, to, mask);
  }

  /** Closes a loop over rows of x and y. */
  private static void nextRow(Code code) {
    code.line("x += xRow;");
    code.line("y += yRow;");
    code.close();
  }

  /** Opens a loop over rows, and in it one over runs, of which one is called {@code run}. */
  private static void forEachRun(Code code, String place, String origin) {
    code.open("for (int r = 0; r < rows; r++)");
    code.line("long %s = %s + ALL.get(LONG, places + 8L * r);", place, origin);
    code.line("long run = runs;");
    code.open("for (int j = 0; j < count; j++, run += RunTable.ENTRY)");
  }
}
