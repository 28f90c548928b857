package dev.kernite.kernels.generator;

/**
 * Kernels around the transposition of 16 by 16 values in registers, for vectors of 512 bits: four
 * steps, each of which swaps the off-diagonal quarters of all blocks of twice 8, 4, 2 and 1 rows
 * (Eklundh 1972).
 */
final class TransposeKernels {
  private static final int BLOCK = 16;

  private TransposeKernels() {}

  static String source() {
    Code code = new Code();
    code.doc(
        "Transposition of 16 by 16 values in registers, and what is done with them on the way.");
    code.open("final class TransposeKernels");
    code.line("private TransposeKernels() {}");
    rows(code);
    dots(code);
    return code.close().toString();
  }

  private static void rows(Code code) {
    code.line("");
    code.doc(
        """
        Writes {@code target[j, i] = source[i, j]} for i below 16, j below columns.

        @param sourceRow bytes from one row of the source to the next
        @param columns a multiple of 16
        @param targetRow bytes from one row of the target to the next""");
    code.method(
        "static void transpose("
            + "long source, long sourceRow, int columns, long target, long targetRow)");
    code.nothingToDo("columns == 0", "return;");
    selectors(code);
    code.open("for (int column = 0; column < columns; column += %d)", BLOCK);
    load(code, "source", "sourceRow");
    String rows = transpose(code);
    for (int j = 0; j < BLOCK; j++) {
      code.line("%s%d.intoMemorySegment(ALL, target + %d * targetRow, LITTLE);", rows, j, j);
    }
    code.line("source += %d;", 4 * BLOCK);
    code.line("target += %d * targetRow;", BLOCK);
    code.close();
    code.close();
  }

  private static void dots(Code code) {
    code.line("");
    code.doc(
        """
        Computes {@code c[j] = sum over s of a[s] b[j, s]} for 16 rows j of a matrix that is read
        once, as it lies; each sum is a chain of fused multiply-adds from zero in ascending s.

        @param a the row
        @param b the matrix
        @param bRow bytes from one row of the matrix to the next
        @param c 16 results
        @param k summands, a multiple of 16""");
    code.method("static void dots(long a, long b, long bRow, long c, int k)");
    code.nothingToDo("k == 0", "return;");
    selectors(code);
    code.line("FloatVector sum = FloatVector.zero(FloatVector.SPECIES_512);");
    code.open("for (int step = 0; step < k; step += %d)", BLOCK);
    load(code, "b", "bRow");
    String rows = transpose(code);
    for (int s = 0; s < BLOCK; s++) {
      code.line(
          "sum = %s%d.reinterpretAsFloats()"
              + ".fma(broadcast(FloatVector.SPECIES_512, ALL.get(FLOAT, a + %d)), sum);",
          rows, s, 4 * s);
    }
    code.line("a += %d;", 4 * BLOCK);
    code.line("b += %d;", 4 * BLOCK);
    code.close();
    code.line("sum.intoMemorySegment(ALL, c, LITTLE);");
    code.close();
  }

  private static void selectors(Code code) {
    for (int half = BLOCK / 2; half >= 1; half /= 2) {
      for (String part : new String[] {"low", "high"}) {
        code.line(
            "IntVector %s%d = IntVector.fromArray(IntVector.SPECIES_512, Transposition.%s_%d, 0);",
            part, half, part.toUpperCase(java.util.Locale.ROOT), half);
      }
    }
  }

  private static void load(Code code, String base, String stride) {
    for (int i = 0; i < BLOCK; i++) {
      code.line(
          "IntVector r%d = IntVector.fromMemorySegment(IntVector.SPECIES_512, ALL, %s + %d * %s, LITTLE);",
          i, base, i, stride);
    }
  }

  /** Writes the four steps and returns the prefix of the transposed rows' names. */
  private static String transpose(Code code) {
    String from = "r";
    String to = "s";
    for (int half = BLOCK / 2; half >= 1; half /= 2) {
      for (int i = 0; i < BLOCK; i++) {
        if ((i & half) == 0) {
          int below = i + half;
          code.line(
              "IntVector %s%d = low%d.selectFrom(%s%d, %s%d);", to, i, half, from, i, from, below);
          code.line(
              "IntVector %s%d = high%d.selectFrom(%s%d, %s%d);",
              to, below, half, from, i, from, below);
        }
      }
      from = to;
      to = String.valueOf((char) (to.charAt(0) + 1));
    }
    return from;
  }
}
