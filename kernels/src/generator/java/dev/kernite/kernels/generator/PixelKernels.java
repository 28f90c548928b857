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
            });
  }
}
