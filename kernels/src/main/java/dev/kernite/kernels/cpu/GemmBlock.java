package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.Gemm.K_BLOCK;
import static dev.kernite.kernels.WeightType.FLOAT32;

import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.WeightType;

/**
 * Computes some rows of one panel of C: the work of one task. k is cut into summation blocks; block
 * sums are gathered in C itself if they may overwrite it and it is as wide as the panel, else in
 * scratch; after the last block each group of rows gets its bias and activation while it is still
 * in the cache.
 */
final class GemmBlock {
  private static final int ROWS_IN_PLACE = 2 * Tiles.ROWS;

  /** From so many rows on, widening narrow weights once is cheaper than in every row group. */
  private static final int ROWS_TO_WIDEN = 4 * Tiles.ROWS;

  private final HostMemory memory;
  private final VectorTiles tiles = new VectorTiles();
  private final int width = tiles.width();
  private final long panelRow = 4L * width;

  GemmBlock(HostMemory memory) {
    this.memory = memory;
  }

  /** Where a block of the panel is read from. */
  private enum Source {
    /** From the packed panel, of whatever type. */
    PACKED,
    /** From a packed panel of a narrow type, widened to scratch first. */
    WIDENED,
    /** From B as it is stored: so few rows that packing does not pay. */
    IN_PLACE,
    /** From the rows of a transposed B, 16 dot products at a time. */
    DOTS,
    /** From B, packed to scratch first. */
    PACKED_HERE
  }

  /**
   * Computes rows of a panel whose B is not packed yet.
   *
   * @param row first row
   * @param a the rows, as {@link RowGroups} packs them from index a0 on
   * @param panel number of the panel: its first column is panel * width
   */
  void compute(GemmProduct p, long row, int rows, float[] a, int a0, long panel) {
    compute(p, row, rows, a, a0, panel, WeightType.FLOAT32, 0);
  }

  /**
   * Computes rows of a packed panel.
   *
   * @param packed all k rows of the panel
   */
  void compute(
      GemmProduct p,
      long row,
      int rows,
      float[] a,
      int a0,
      long panel,
      WeightType type,
      long packed) {
    long column = panel * width;
    int columns = (int) Math.min(width, p.n() - column);
    Source source = source(p, rows, columns, type, packed);
    Panels panels = VectorTiles.panels(source == Source.PACKED ? type : FLOAT32);
    long bStep =
        switch (source) {
          case PACKED -> (long) type.bytes() * width;
          case IN_PLACE, DOTS -> p.bRow();
          case WIDENED, PACKED_HERE -> panelRow;
        };
    boolean direct = !p.accumulate() && columns == width;
    boolean scratchPanel = source == Source.WIDENED || source == Source.PACKED_HERE;
    long tileBytes = p.k() > K_BLOCK ? Tiles.ROWS * panelRow : 0;
    long sumBytes = direct ? 0 : rows * panelRow;
    long panelBytes = scratchPanel ? panelRow * Math.min(p.k(), K_BLOCK) : 0;
    long bytes = tileBytes + sumBytes + panelBytes;
    Buffer scratch = bytes == 0 ? null : memory.allocate(bytes);
    try {
      long tile = scratch == null ? 0 : scratch.address();
      long c = p.c() + row * p.cRow() + 4 * column;
      long sums = direct ? c : tile + tileBytes;
      long sumRow = direct ? p.cRow() : panelRow;
      long own = tile + tileBytes + sumBytes;
      if (p.k() == 0) {
        tiles.zero(sums, sumRow, rows, width);
        finish(p, rows, column, columns, sums, sumRow, c);
      }
      for (long k0 = 0; k0 < p.k(); k0 += K_BLOCK) {
        int k = (int) Math.min(K_BLOCK, p.k() - k0);
        long from = packed + type.bytes() * k0 * width;
        long b =
            switch (source) {
              case PACKED -> from;
              case WIDENED -> VectorTiles.panels(type).widen(from, own, k);
              case IN_PLACE -> p.b() + k0 * p.bRow() + 4 * column;
              case DOTS -> p.b() + column * p.bRow() + 4 * k0;
              case PACKED_HERE -> pack(p, panel, k0, k, own);
            };
        for (int i = 0; i < rows; ) {
          int step = source == Source.DOTS ? 1 : Tiles.nextRows(rows - i, p.tileRows());
          int values = a0 + i * (int) p.k() + step * (int) k0;
          long to = sums + i * sumRow;
          long result = k0 == 0 ? to : tile;
          long resultRow = k0 == 0 ? sumRow : panelRow;
          if (source == Source.DOTS) {
            tiles.dots(p.a() + (row + i) * p.aRow() + 4 * k0, b, bStep, columns, result, k);
          } else {
            panels.multiply(step, a, values, b, bStep, result, resultRow, k);
          }
          if (k0 > 0) {
            tiles.add(tile, panelRow, to, sumRow, step, columns);
          }
          if (k0 + K_BLOCK >= p.k()) {
            finish(p, step, column, columns, to, sumRow, c + i * p.cRow());
          }
          i += step;
        }
      }
    } finally {
      if (scratch != null) {
        memory.release(scratch);
      }
    }
  }

  /**
   * Computes a product of one row by several whole, packed panels.
   *
   * @param a the row, from index 0
   * @param count 2 or 4 panels
   * @param packed the first of them
   */
  void computeRow(GemmProduct p, float[] a, long panel, int count, WeightType type, long packed) {
    int columns = count * width;
    long column = panel * width;
    long c = p.c() + 4 * column;
    Panels panels = VectorTiles.panels(type);
    long bStep = (long) type.bytes() * width;
    long panelBytes = p.k() * bStep;
    Buffer tile = p.k() > K_BLOCK ? memory.allocate(count * panelRow) : null;
    try {
      for (long k0 = 0; k0 < p.k(); k0 += K_BLOCK) {
        int k = (int) Math.min(K_BLOCK, p.k() - k0);
        long b = packed + k0 * bStep;
        long result = k0 == 0 ? c : tile.address();
        panels.multiplyRow(count, a, (int) k0, b, panelBytes, bStep, result, k);
        if (k0 > 0) {
          tiles.add(result, 0, c, 0, 1, columns);
        }
      }
    } finally {
      if (tile != null) {
        memory.release(tile);
      }
    }
    finish(p, 1, column, columns, c, p.cRow(), c);
  }

  private Source source(GemmProduct p, int rows, int columns, WeightType type, long packed) {
    if (packed != 0) {
      boolean widen = type != WeightType.FLOAT32 && rows >= ROWS_TO_WIDEN;
      return widen ? Source.WIDENED : Source.PACKED;
    }
    if (!p.transposeB()) {
      boolean inPlace = columns == width && rows <= ROWS_IN_PLACE;
      return inPlace ? Source.IN_PLACE : Source.PACKED_HERE;
    }
    return readsRows(p, rows) ? Source.DOTS : Source.PACKED_HERE;
  }

  /** Whether a product with a stored, transposed B reads the rows of A as they lie. */
  boolean readsRows(GemmProduct p, long rows) {
    return p.transposeB()
        && tiles.prefersDots()
        && p.aStep() == Float.BYTES
        && rows <= Tiles.ROWS_OF_DOTS;
  }

  /**
   * Packs one summation block of one panel of a stored B.
   *
   * @param k0 first row of the block, {@code k} their number
   * @return the target
   */
  long pack(GemmProduct p, long panel, long k0, int k, long target) {
    long column = panel * width;
    int columns = (int) Math.min(width, p.n() - column);
    if (p.transposeB()) {
      tiles.packTransposed(p.b() + column * p.bRow() + 4 * k0, p.bRow(), k, columns, target);
    } else {
      tiles.pack(p.b() + k0 * p.bRow() + 4 * column, p.bRow(), k, columns, target);
    }
    return target;
  }

  /** Brings the sums of some rows to C; adds the old C, or the bias; applies the activation. */
  private void finish(
      GemmProduct p, int rows, long column, int columns, long sums, long sumRow, long c) {
    if (p.accumulate()) {
      tiles.add(sums, sumRow, c, p.cRow(), rows, columns);
      return;
    }
    if (sums != c) {
      for (int i = 0; i < rows; i++) {
        RawMemory.copy(sums + i * sumRow, c + i * p.cRow(), 4L * columns);
      }
    }
    if (p.bias() != 0) {
      tiles.add(p.bias() + 4 * column, 0, c, p.cRow(), rows, columns);
    }
    if (p.activation() != null) {
      for (int i = 0; i < rows; i++) {
        long at = c + i * p.cRow();
        Lanes.map(p.activation(), at, at, columns);
      }
    }
  }
}
