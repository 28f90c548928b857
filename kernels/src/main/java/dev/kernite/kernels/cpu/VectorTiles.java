package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@link Tiles} on vectors of whatever width the machine prefers. */
final class VectorTiles implements Tiles {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final boolean WIDE = LANES == 16;
  private static final int WIDTH = WIDE ? PanelKernels4.WIDTH : PanelKernels2.WIDTH;
  private static final int BLOCK = 16; // of Transpose16

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public void multiply(
      int rows, long a, long aRow, long aStep, long b, long bStep, long c, long cRow, int k) {
    if (WIDE) {
      PanelKernels4.multiply(rows, a, aRow, aStep, b, bStep, c, cRow, k);
    } else {
      PanelKernels2.multiply(rows, a, aRow, aStep, b, bStep, c, cRow, k);
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
  public void packTransposed(long source, long sourceRow, int rows, int columns, long panel) {
    int wholeRows = WIDE ? rows - rows % BLOCK : 0;
    int wholeColumns = WIDE ? columns - columns % BLOCK : 0;
    for (int j = 0; j < wholeColumns; j += BLOCK) {
      for (int i = 0; i < wholeRows; i += BLOCK) {
        Transpose16.block(
            source + j * sourceRow + 4L * i,
            sourceRow,
            panel + 4L * ((long) i * WIDTH + j),
            4L * WIDTH);
      }
    }
    transposeScalar(source, sourceRow, wholeRows, rows, 0, wholeColumns, panel);
    transposeScalar(source, sourceRow, 0, rows, wholeColumns, columns, panel);
    for (int i = 0; columns < WIDTH && i < rows; i++) {
      for (int j = columns; j < WIDTH; j++) {
        putFloat(panel + 4L * ((long) i * WIDTH + j), 0);
      }
    }
  }

  private static void transposeScalar(
      long source, long sourceRow, int row, int rows, int column, int columns, long panel) {
    for (int i = row; i < rows; i++) {
      long from = source + 4L * i;
      long to = panel + 4L * i * WIDTH;
      for (int j = column; j < columns; j++) {
        putFloat(to + 4L * j, getFloat(from + j * sourceRow));
      }
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
