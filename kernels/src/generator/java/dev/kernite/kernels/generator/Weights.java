package dev.kernite.kernels.generator;

/**
 * How the values of a panel are stored, and how a row of it becomes vectors of float32.
 *
 * <p>Half-width values lie two in an int lane: of each pair of vectors, the first is in the low
 * halves and the second in the high ones, so that a shift or a mask brings out a whole vector.
 */
enum Weights {
  FLOAT32("Float32") {
    @Override
    void load(Code code, String row, int vectors) {
      for (int v = 0; v < vectors; v++) {
        code.line(
            "FloatVector b%d = fromMemorySegment(S, ALL, %s + %d * BYTES, LITTLE);", v, row, v);
      }
    }
  },

  /** The upper half of a float32. */
  BFLOAT16("BFloat16") {
    @Override
    void load(Code code, String row, int vectors) {
      for (int v = 0; v < vectors; v += 2) {
        loadPairs(code, row, v);
        code.line("FloatVector b%d = w%d.lanewise(LSHL, 16).reinterpretAsFloats();", v, v);
        code.line("FloatVector b%d = w%d.and(0xffff0000).reinterpretAsFloats();", v + 1, v);
      }
    }
  },

  /**
   * IEEE binary16, finite. With its exponent and mantissa moved to those of a float32, the value is
   * 2^-112 of what it should be, subnormal ones included; the arithmetic shift brings the sign
   * along.
   */
  FLOAT16("Float16") {
    @Override
    void load(Code code, String row, int vectors) {
      for (int v = 0; v < vectors; v += 2) {
        loadPairs(code, row, v);
        widen(code, v, "w%d.lanewise(LSHL, 16)".formatted(v));
        widen(code, v + 1, "w%d".formatted(v));
      }
    }

    private void widen(Code code, int vector, String upper) {
      code.line(
          "FloatVector b%d = %s.lanewise(ASHR, 3).and(0x8fffe000).reinterpretAsFloats().mul(0x1p112f);",
          vector, upper);
    }
  };

  /** Start of the names of classes that read such panels. */
  final String prefix;

  Weights(String prefix) {
    this.prefix = prefix;
  }

  /** Writes the lines that bring a row of a panel, into b0, b1 and so on. */
  abstract void load(Code code, String row, int vectors);

  private static void loadPairs(Code code, String row, int vector) {
    code.line(
        "IntVector w%d = IntVector.fromMemorySegment(I, ALL, %s + %d * BYTES, LITTLE);",
        vector, row, vector / 2);
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
