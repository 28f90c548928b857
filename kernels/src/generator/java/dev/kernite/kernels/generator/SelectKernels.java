package dev.kernite.kernels.generator;

/**
 * Choices by bytes, 0 or not, of which as many as a vector has values are read at once; n is a
 * multiple of the vector length.
 */
final class SelectKernels {
  private static final Vec.Test NONZERO =
      new Vec.Test("ByteVector.fromMemorySegment(B, ALL, c + i, LITTLE).compare(NE, 0).cast(S)");

  private SelectKernels() {}

  static String source() {
    Code code = new Code();
    code.doc("Choices by bytes, where vectors are short enough for them; see Lanes.B.");
    code.open("final class SelectKernels");
    code.line("private SelectKernels() {}");
    code.line("");
    code.doc(
        """
        out = a where the byte c is not 0, else b.

        @param stepA bytes from one value of a to the next: 4, or 0 for a vector of equal values
        @param stepB likewise for b""");
    code.method(
        "static void select(long c, long a, long stepA, long b, long stepB, long out, long n)");
    code.open("for (long i = 0; i < n; i += LANES)");
    Vec chosen = Vec.load("b + i * stepB").where(NONZERO, Vec.load("a + i * stepA"));
    code.line("%s.intoMemorySegment(ALL, out + 4 * i, LITTLE);", chosen.code());
    code.close().close();
    code.line("");
    code.doc("y = value where the byte c is 0; elsewhere y stays.");
    code.method("static void keep(long c, long y, long n, float value)");
    code.open("for (long i = 0; i < n; i += LANES)");
    Vec kept = Vec.all("value").where(NONZERO, Vec.load("y + 4 * i"));
    code.line("%s.intoMemorySegment(ALL, y + 4 * i, LITTLE);", kept.code());
    code.close().close();
    return code.close().toString();
  }
}
