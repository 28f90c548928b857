package dev.kernite.kernels.generator;

/**
 * The inner loops of matrix products: C = A B for one to six rows of A and a panel of B.
 *
 * <p>The panel is {@code vectors} vectors wide. All of C stays in registers: 6 x 4 accumulators, 4
 * vectors of B and one of A fill 29 of the 32 registers of AVX-512; 6 x 2, 2 and one fill 15 of the
 * 16 of AVX2.
 *
 * <p>A comes in one of two ways. In a Java array, the rows of a group interleaved: its range checks
 * leave the loop, and all addresses of a step are one register plus constants, which leaves the
 * processor's ports to the multiplications (98 % of the peak, against 87 %). Or as it lies in
 * memory, for attention, whose tiles are too small to be worth packing.
 *
 * @param vectors width of the panel in vectors, even
 * @param weights how B is stored
 */
record PanelKernels(int vectors, Weights weights) {
  private static final int ROWS = 6;

  String className() {
    return weights.prefix + "Panels" + vectors;
  }

  String source() {
    Code code = new Code();
    code.doc(
        """
        Matrix products of one to six rows with a panel of %d vectors of %s values.

        <p>Flat on purpose: the JIT stops inlining in methods of this size, so that a helper would be
        called and its vectors boxed (18 times slower); accumulators start at zero in the method,
        since others can keep it from being compiled at all."""
            .formatted(vectors, weights));
    code.open("final class %s implements Panels", className());
    code.line("/** Columns of a panel. */");
    code.line("static final int WIDTH = %d * LANES;", vectors);
    kernels(code, Left.ARRAY);
    if (weights == Weights.FLOAT32) {
      kernels(code, Left.MEMORY);
    }
    rows(code);
    widen(code);
    return code.close().toString();
  }

  private void rows(Code code) {
    code.line("");
    code.line("@Override");
    code.method(
        "public void multiplyRow("
            + "int panels, float[] a, int a0, long b, long panel, long bStep, long c, int k)");
    code.open("switch (panels)");
    code.line("case 2 -> rowBy2(a, a0, b, panel, bStep, c, k);");
    code.line("default -> rowBy4(a, a0, b, panel, bStep, c, k);");
    code.close().close();
    row(code, 2);
    row(code, 4);
  }

  private void row(Code code, int panels) {
    code.line("");
    code.doc(
        """
        Computes {@code c[j] = sum over s of a[a0 + s] b[s, j]} for %d panels, each a chain of fused
        multiply-adds from zero in ascending s. See {@link Panels#multiplyRow}."""
            .formatted(panels));
    code.method(
        "private static void rowBy%d(float[] a, int a0, long b, long panel, long bStep, long c, int k)",
        panels);
    code.nothingToDo("k == 0", "return;");
    for (int p = 2; p < panels; p++) {
      code.line("long panel%d = %d * panel;", p, p);
    }
    for (int i = 0; i < panels * vectors; i++) {
      code.line("FloatVector c%d = FloatVector.zero(S);", i);
    }
    code.open("for (int s = 0; s < k; s++)");
    code.line("FloatVector x = broadcast(S, a[a0 + s]);");
    for (int p = 0; p < panels; p++) {
      code.open("");
      weights.load(code, p == 0 ? "b" : p == 1 ? "b + panel" : "b + panel" + p, vectors);
      for (int v = 0; v < vectors; v++) {
        int i = p * vectors + v;
        code.line("c%d = x.fma(b%d, c%d);", i, v, i);
      }
      code.close();
    }
    code.line("b += bStep;");
    code.close();
    for (int i = 0; i < panels * vectors; i++) {
      code.line("c%d.intoMemorySegment(ALL, c + %d * BYTES, LITTLE);", i, i);
    }
    code.close();
  }

  private void widen(Code code) {
    code.line("");
    code.line("@Override");
    code.method("public long widen(long b, long target, int k)");
    if (weights == Weights.FLOAT32) {
      code.line("return b;");
      code.close();
      return;
    }
    code.line("long to = target;");
    code.open("for (int step = 0; step < k; step++)");
    weights.load(code, "b", vectors);
    for (int v = 0; v < vectors; v++) {
      code.line("b%d.intoMemorySegment(ALL, to + %d * BYTES, LITTLE);", v, v);
    }
    code.line("b += %d * BYTES;", vectors / 2);
    code.line("to += %d * BYTES;", vectors);
    code.close();
    code.line("return target;");
    code.close();
  }

  /** Where A is. */
  private enum Left {
    /** In a Java array, summand after summand, those of all rows together. */
    ARRAY("public void multiply", "rows", "float[] a, int a0", "k == 0") {
      @Override
      String value(int row, int rows) {
        return "a[a0 + %d * s + %d]".formatted(rows, row);
      }
    },
    /** In memory, as it lies. */
    MEMORY("static void multiplyInPlace", "inPlace", "long a, long aRow, long aStep", "k < 0") {
      @Override
      String value(int row, int rows) {
        String offset = row == 0 ? "" : row == 1 ? " + aRow" : " + a" + row;
        return "ALL.get(FLOAT, a%s)".formatted(offset);
      }
    };

    final String method;
    final String kernel;
    final String parameters;

    /** When nothing is to be done; attention has products of no summands, which are zero. */
    final String nothing;

    Left(String method, String kernel, String parameters, String nothing) {
      this.method = method;
      this.kernel = kernel;
      this.parameters = parameters;
      this.nothing = nothing;
    }

    /** The summand at hand of one row. */
    abstract String value(int row, int rows);

    String arguments() {
      return parameters.replaceAll("(float\\[\\]|int|long) ", "");
    }
  }

  private static final String OTHERS = "long b, long bStep, long c, long cRow, int k";

  private void kernels(Code code, Left left) {
    code.line("");
    if (left == Left.ARRAY) {
      code.line("@Override");
    } else {
      code.doc(
          """
          The same as {@link #multiply} for an A that is not packed.

          @param rows 1 to %d
          @param a first value of A
          @param aRow bytes from one row of A to the next
          @param aStep bytes from one summand of A to the next"""
              .formatted(ROWS));
    }
    code.method("%s(int rows, %s, %s)", left.method, left.parameters, OTHERS);
    code.open("switch (rows)");
    for (int rows = 1; rows <= ROWS; rows++) {
      String label = rows == ROWS ? "default" : "case " + rows;
      code.line(
          "%s -> %s%d(%s, b, bStep, c, cRow, k);", label, left.kernel, rows, left.arguments());
    }
    code.close().close();
    for (int rows = ROWS; rows >= 1; rows--) {
      code.line("");
      kernel(code, left, rows);
    }
  }

  private void kernel(Code code, Left left, int rows) {
    code.method("private static void %s%d(%s, %s)", left.kernel, rows, left.parameters, OTHERS);
    code.nothingToDo(left.nothing, "return;");
    for (int r = 2; r < rows && left == Left.MEMORY; r++) {
      code.line("long a%d = %d * aRow;", r, r);
    }
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        code.line("FloatVector c%d%d = FloatVector.zero(S);", r, v);
      }
    }
    code.open("for (int s = 0; s < k; s++)");
    weights.load(code, "b", vectors);
    for (int r = 0; r < rows; r++) {
      code.line("FloatVector x%d = broadcast(S, %s);", r, left.value(r, rows));
      for (int v = 0; v < vectors; v++) {
        code.line("c%d%d = x%d.fma(b%d, c%d%d);", r, v, r, v, r, v);
      }
    }
    if (left == Left.MEMORY) {
      code.line("a += aStep;");
    }
    code.line("b += bStep;");
    code.close();
    for (int r = 0; r < rows; r++) {
      for (int v = 0; v < vectors; v++) {
        String to = "c" + (r == 0 ? "" : " + %d * cRow".formatted(r));
        code.line("c%d%d.intoMemorySegment(ALL, %s + %d * BYTES, LITTLE);", r, v, to, v);
      }
    }
    code.close();
  }
}
