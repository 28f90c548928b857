package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.LANES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.WeightType;
import jdk.incubator.vector.FloatVector;

/**
 * {@link Tiles} on vectors of whatever width the machine prefers. Where there are registers for
 * panels of four vectors, there are also tiles with panels of two, for products of few columns.
 */
final class VectorTiles implements Tiles {
  private static final boolean WIDE = LANES == 16;
  private static final int BLOCK = 16; // of TransposeKernels

  private static final Panels FLOAT32 = WIDE ? new Float32Panels4() : new Float32Panels2();
  private static final Panels BFLOAT16 = WIDE ? new BFloat16Panels4() : new BFloat16Panels2();
  private static final Panels FLOAT16 = WIDE ? new Float16Panels4() : new Float16Panels2();

  private final int width;

  VectorTiles() {
    this(WIDE ? Float32Panels4.WIDTH : Float32Panels2.WIDTH);
  }

  private VectorTiles(int width) {
    this.width = width;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Tiles forColumns(long columns) {
    VectorTiles narrow = new VectorTiles(Float32Panels2.WIDTH);
    return narrow.padded(columns) < padded(columns) ? narrow : this;
  }

  @Override
  public void multiply(
      int rows, long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    if (width == Float32Panels4.WIDTH) {
      Float32Panels4.multiplyInPlace(rows, a, aRow, aStep, b, bStep, c, cRow, k);
    } else {
      Float32Panels2.multiplyInPlace(rows, a, aRow, aStep, b, bStep, c, cRow, k);
    }
  }

  /** The kernels for packed panels of a type. */
  static Panels panels(WeightType type) {
    return switch (type) {
      case FLOAT32 -> FLOAT32;
      case BFLOAT16 -> BFLOAT16;
      case FLOAT16 -> FLOAT16;
    };
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
      long to = panel + 4L * row * width;
      for (int j = 0; j < whole; j += LANES) {
        FloatVector.fromMemorySegment(S, ALL, from + 4L * j, LITTLE)
            .intoMemorySegment(ALL, to + 4L * j, LITTLE);
      }
      for (int j = whole; j < columns; j++) {
        putFloat(to + 4L * j, getFloat(from + 4L * j));
      }
      RawMemory.zero(to + 4L * columns, 4L * (width - columns));
    }
  }

  @Override
  public void transpose(
      long source, long sourceRow, int rows, int columns, long target, long targetRow) {
    int wholeRows = WIDE ? rows - rows % BLOCK : 0;
    int wholeColumns = WIDE ? columns - columns % BLOCK : 0;
    for (int i = 0; i < wholeRows; i += BLOCK) {
      TransposeKernels.transpose(
          source + i * sourceRow, sourceRow, wholeColumns, target + 4L * i, targetRow);
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
