package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.WeightType;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Tiles} on vectors of whatever width the machine prefers. */
final class VectorTiles implements Tiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final boolean WIDE = LANES == 16;
  private static final int WIDTH = WIDE ? Float32Panels4.WIDTH : Float32Panels2.WIDTH;
  private static final int BLOCK = 16; // of TransposeKernels

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public void multiply(
      int rows, long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    if (WIDE) {
      Float32Panels4.multiplyInPlace(rows, a, aRow, aStep, b, bStep, c, cRow, k);
    } else {
      Float32Panels2.multiplyInPlace(rows, a, aRow, aStep, b, bStep, c, cRow, k);
    }
  }

  /**
   * The same for a panel of any type, and rows of A as {@link RowGroups} packs them.
   *
   * @param a holds a[r, s] at a0 + rows * s + r
   */
  void multiply(
      WeightType type, int rows, float[] a, int a0, long b, long bStep, long c, long cRow, int k) {
    switch (type) {
      case FLOAT32 -> {
        if (WIDE) {
          Float32Panels4.multiply(rows, a, a0, b, bStep, c, cRow, k);
        } else {
          Float32Panels2.multiply(rows, a, a0, b, bStep, c, cRow, k);
        }
      }
      case BFLOAT16 -> {
        if (WIDE) {
          BFloat16Panels4.multiply(rows, a, a0, b, bStep, c, cRow, k);
        } else {
          BFloat16Panels2.multiply(rows, a, a0, b, bStep, c, cRow, k);
        }
      }
      case FLOAT16 -> {
        if (WIDE) {
          Float16Panels4.multiply(rows, a, a0, b, bStep, c, cRow, k);
        } else {
          Float16Panels2.multiply(rows, a, a0, b, bStep, c, cRow, k);
        }
      }
    }
  }

  /**
   * One row by two or four packed panels at once.
   *
   * @param panels 2 or 4
   * @param panel bytes from one panel to the next
   */
  void multiplyRow(
      WeightType type, int panels, float[] a, int a0, long b, long panel, long c, int k) {
    long bStep = (long) type.bytes() * WIDTH;
    switch (type) {
      case FLOAT32 -> {
        if (WIDE && panels == 4) {
          Float32Panels4.rowBy4(a, a0, b, panel, bStep, c, k);
        } else if (WIDE) {
          Float32Panels4.rowBy2(a, a0, b, panel, bStep, c, k);
        } else if (panels == 4) {
          Float32Panels2.rowBy4(a, a0, b, panel, bStep, c, k);
        } else {
          Float32Panels2.rowBy2(a, a0, b, panel, bStep, c, k);
        }
      }
      case BFLOAT16 -> {
        if (WIDE && panels == 4) {
          BFloat16Panels4.rowBy4(a, a0, b, panel, bStep, c, k);
        } else if (WIDE) {
          BFloat16Panels4.rowBy2(a, a0, b, panel, bStep, c, k);
        } else if (panels == 4) {
          BFloat16Panels2.rowBy4(a, a0, b, panel, bStep, c, k);
        } else {
          BFloat16Panels2.rowBy2(a, a0, b, panel, bStep, c, k);
        }
      }
      case FLOAT16 -> {
        if (WIDE && panels == 4) {
          Float16Panels4.rowBy4(a, a0, b, panel, bStep, c, k);
        } else if (WIDE) {
          Float16Panels4.rowBy2(a, a0, b, panel, bStep, c, k);
        } else if (panels == 4) {
          Float16Panels2.rowBy4(a, a0, b, panel, bStep, c, k);
        } else {
          Float16Panels2.rowBy2(a, a0, b, panel, bStep, c, k);
        }
      }
    }
  }

  /**
   * Widens k rows of a packed panel of a narrow type.
   *
   * @return the target, a panel of float32
   */
  long widen(WeightType type, long b, long target, int k) {
    switch (type) {
      case FLOAT32 -> throw new IllegalArgumentException("float32 is wide");
      case BFLOAT16 -> {
        if (WIDE) {
          BFloat16Panels4.widen(b, target, k);
        } else {
          BFloat16Panels2.widen(b, target, k);
        }
      }
      case FLOAT16 -> {
        if (WIDE) {
          Float16Panels4.widen(b, target, k);
        } else {
          Float16Panels2.widen(b, target, k);
        }
      }
    }
    return target;
  }

  /** Sets rows to zero. */
  void zero(long target, long targetRow, int rows, int columns) {
    for (int row = 0; row < rows; row++) {
      RawMemory.zero(target + row * targetRow, 4L * columns);
    }
  }

  @Override
  public void pack(long source, long sourceRow, int rows, int columns, long panel) {
    int whole = columns - columns % LANES;
    for (int row = 0; row < rows; row++) {
      long from = source + row * sourceRow;
      long to = panel + 4L * row * WIDTH;
      for (int j = 0; j < whole; j += LANES) {
        FloatVector.fromMemorySegment(S, ALL, from + 4L * j, LITTLE)
            .intoMemorySegment(ALL, to + 4L * j, LITTLE);
      }
      for (int j = whole; j < columns; j++) {
        putFloat(to + 4L * j, getFloat(from + 4L * j));
      }
      for (int j = columns; j < WIDTH; j++) {
        putFloat(to + 4L * j, 0);
      }
    }
  }

  @Override
  public void transpose(
      long source, long sourceRow, int rows, int columns, long target, long targetRow) {
    int wholeRows = WIDE ? rows - rows % BLOCK : 0;
    int wholeColumns = WIDE ? columns - columns % BLOCK : 0;
    for (int i = 0; i < wholeRows; i += BLOCK) {
      for (int j = 0; j < wholeColumns; j += BLOCK) {
        TransposeKernels.block(
            source + i * sourceRow + 4L * j, sourceRow, target + j * targetRow + 4L * i, targetRow);
      }
    }
    transposeRest(source, sourceRow, 0, wholeRows, wholeColumns, columns, target, targetRow);
    transposeRest(source, sourceRow, wholeRows, rows, 0, columns, target, targetRow);
  }

  private static void transposeRest(
      long source,
      long sourceRow,
      int row,
      int rows,
      int column,
      int columns,
      long target,
      long targetRow) {
    for (int j = column; j < columns; j++) {
      long from = source + 4L * j;
      long to = target + j * targetRow;
      for (int i = row; i < rows; i++) {
        putFloat(to + 4L * i, getFloat(from + i * sourceRow));
      }
    }
  }

  @Override
  public boolean prefersDots() {
    return WIDE;
  }

  @Override
  public void dots(long a, long b, long bRow, int columns, long c, int k) {
    int wholeColumns = columns - columns % BLOCK;
    int wholeK = k - k % BLOCK;
    for (int j = 0; j < wholeColumns; j += BLOCK) {
      TransposeKernels.dots(a, b + j * bRow, bRow, c + 4L * j, wholeK);
    }
    for (int j = 0; j < columns; j++) {
      long row = b + j * bRow;
      int s = j < wholeColumns ? wholeK : 0;
      float sum = s > 0 ? getFloat(c + 4L * j) : 0;
      for (; s < k; s++) {
        sum = Math.fma(getFloat(a + 4L * s), getFloat(row + 4L * s), sum);
      }
      putFloat(c + 4L * j, sum);
    }
  }

  @Override
  public void add(long source, long sourceRow, long target, long targetRow, int rows, int columns) {
    int whole = columns - columns % LANES;
    for (int row = 0; row < rows; row++) {
      long from = source + row * sourceRow;
      long to = target + row * targetRow;
      for (int j = 0; j < whole; j += LANES) {
        FloatVector.fromMemorySegment(S, ALL, to + 4L * j, LITTLE)
            .add(FloatVector.fromMemorySegment(S, ALL, from + 4L * j, LITTLE))
            .intoMemorySegment(ALL, to + 4L * j, LITTLE);
      }
      for (int j = whole; j < columns; j++) {
        putFloat(to + 4L * j, getFloat(to + 4L * j) + getFloat(from + 4L * j));
      }
    }
  }
}
