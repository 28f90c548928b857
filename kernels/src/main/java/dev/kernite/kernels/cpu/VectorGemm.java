package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Memory.Buffer;

/**
 * Matrix products by panels: B is packed into panels of as many columns as the register tile has, A
 * is read where it lies, and C is cut into blocks of {@value #ROW_BLOCK} rows by one panel, one
 * task each.
 *
 * <p>With more than one block of rows, the panels are packed first, in parallel, and then shared; a
 * group of panels at a time, to bound the scratch. With one block of rows every panel has one
 * reader, who packs it for itself, or reads it in place where rows are so few that packing does not
 * pay.
 */
final class VectorGemm implements Gemm {
  private static final int ROW_BLOCK = 96;
  private static final int ROWS_IN_PLACE = 2 * Tiles.ROWS;
  private static final int ROWS_OF_DOTS = 3;
  private static final int COLUMNS_FOR_PACKED_A = 128;
  private static final int ROW_PADDING = 16; // rows a power of two apart would share cache sets
  private static final long GROUP_BYTES = 16 << 20;
  private static final double TASK_FLOPS = 100_000;

  private final Workers workers;
  private final HostMemory memory;
  private final VectorTiles tiles = new VectorTiles();
  private final int width = tiles.width();

  VectorGemm(Workers workers, HostMemory memory) {
    this.workers = workers;
    this.memory = memory;
  }

  /** One product; strides in bytes. */
  private record Product(
      long m,
      long n,
      long k,
      long a,
      long aRow,
      long aStep,
      long b,
      long bRow,
      boolean transposeB,
      long bias,
      long c,
      long cRow,
      boolean accumulate) {

    /** Some rows of this product, with their A elsewhere and untransposed. */
    Product withRows(long row, long rows, long packedA, long packedRow) {
      return new Product(
          rows,
          n,
          k,
          packedA,
          packedRow,
          4,
          b,
          bRow,
          transposeB,
          bias,
          c + row * cRow,
          cRow,
          accumulate);
    }
  }

  @Override
  public void multiply(Shape s, long a, long b, long bias, long c) {
    if (s.m() == 0 || s.n() == 0) {
      return;
    }
    double flops = 2.0 * s.m() * s.n() * s.k();
    if (s.batch() >= 2L * workers.threads()) {
      // A product a thread; nested calls run on the spot. Tiny products share a task.
      long chunk = (long) Math.max(1, TASK_FLOPS / (flops + 1));
      workers.run(
          (s.batch() + chunk - 1) / chunk,
          flops * s.batch(),
          task -> {
            for (long i = task * chunk; i < Math.min(s.batch(), (task + 1) * chunk); i++) {
              product(entry(s, a, b, bias, c, i));
            }
          });
    } else {
      for (long i = 0; i < s.batch(); i++) {
        product(entry(s, a, b, bias, c, i));
      }
    }
  }

  private static Product entry(Shape s, long a, long b, long bias, long c, long i) {
    return new Product(
        s.m(),
        s.n(),
        s.k(),
        a + 4 * i * s.strideA(),
        4 * (s.transposeA() ? 1 : s.lda()),
        4 * (s.transposeA() ? s.lda() : 1),
        b + 4 * i * s.strideB(),
        4 * s.ldb(),
        s.transposeB(),
        bias,
        c + 4 * i * s.strideC(),
        4 * s.ldc(),
        s.accumulate());
  }

  private void product(Product p) {
    if (p.aStep == 4 || p.n < COLUMNS_FOR_PACKED_A) {
      packedProduct(p);
      return;
    }
    // Rows of a transposed A are columns as stored: a cache line each value. Set them upright.
    long aRow = 4 * (p.k + ROW_PADDING);
    long group = Math.min(p.m, Math.max(1, GROUP_BYTES / aRow / ROW_BLOCK) * ROW_BLOCK);
    long kBlocks = (p.k + K_BLOCK - 1) / K_BLOCK;
    Buffer packed = memory.allocate(group * aRow);
    try {
      for (long first = 0; first < p.m; first += group) {
        long origin = first;
        long rows = Math.min(group, p.m - first);
        long rowBlocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK;
        workers.run(
            rowBlocks * kBlocks,
            2.0 * rows * p.k * p.n,
            task -> {
              long row = task / kBlocks * ROW_BLOCK;
              long k0 = task % kBlocks * K_BLOCK;
              tiles.transpose(
                  p.a + (origin + row) * p.aRow + k0 * p.aStep,
                  p.aStep,
                  (int) Math.min(K_BLOCK, p.k - k0),
                  (int) Math.min(ROW_BLOCK, rows - row),
                  packed.address() + row * aRow + 4 * k0,
                  aRow);
            });
        packedProduct(p.withRows(first, rows, packed.address(), aRow));
      }
    } finally {
      memory.release(packed);
    }
  }

  /** A product whose A is read as it lies. */
  private void packedProduct(Product p) {
    long panels = (p.n + width - 1) / width;
    double flops = 2.0 * p.m * p.n * p.k;
    if (p.m <= ROW_BLOCK) {
      workers.run(panels, flops, panel -> block(p, 0, p.m, panel, 0));
      return;
    }
    long rowBlocks = (p.m + ROW_BLOCK - 1) / ROW_BLOCK;
    long panelBytes = 4 * p.k * width;
    long group = Math.min(panels, Math.max(1, GROUP_BYTES / (panelBytes + 1)));
    Buffer packed = memory.allocate(group * panelBytes);
    try {
      for (long first = 0; first < panels; first += group) {
        long origin = first;
        long count = Math.min(group, panels - first);
        long kBlocks = (p.k + K_BLOCK - 1) / K_BLOCK;
        workers.run(
            count * kBlocks,
            flops,
            task -> {
              long panel = task / kBlocks;
              long k0 = task % kBlocks * K_BLOCK;
              pack(p, origin + panel, k0, packed.address() + panel * panelBytes + 4 * k0 * width);
            });
        workers.run(
            count * rowBlocks,
            flops,
            task -> {
              long panel = task / rowBlocks;
              long row = task % rowBlocks * ROW_BLOCK;
              long rows = Math.min(ROW_BLOCK, p.m - row);
              block(p, row, rows, origin + panel, packed.address() + panel * panelBytes);
            });
      }
    } finally {
      memory.release(packed);
    }
  }

  /** Packs the summation block of one panel that starts at k0. */
  private void pack(Product p, long panel, long k0, long target) {
    long column = panel * width;
    int columns = (int) Math.min(width, p.n - column);
    int k = (int) Math.min(K_BLOCK, p.k - k0);
    if (p.transposeB) {
      tiles.packTransposed(p.b + column * p.bRow + 4 * k0, p.bRow, k, columns, target);
    } else {
      tiles.pack(p.b + k0 * p.bRow + 4 * column, p.bRow, k, columns, target);
    }
  }

  /**
   * Computes some rows of one panel of C. Block sums are gathered in C itself if they may overwrite
   * it and it is as wide as the panel, else in scratch.
   *
   * @param packed the panel, or 0 if it is not packed
   */
  private void block(Product p, long row, long rows, long panel, long packed) {
    long column = panel * width;
    int columns = (int) Math.min(width, p.n - column);
    boolean inPlace = packed == 0 && !p.transposeB && columns == width && rows <= ROWS_IN_PLACE;
    boolean dots =
        packed == 0 && p.transposeB && tiles.dots() && p.aStep == 4 && rows <= ROWS_OF_DOTS;
    boolean packHere = packed == 0 && !inPlace && !dots;
    boolean direct = !p.accumulate && columns == width;
    long scratchRow = 4L * width;
    long tileBytes = Tiles.ROWS * scratchRow;
    long sumBytes = direct ? 0 : rows * scratchRow;
    Buffer scratch =
        memory.allocate(
            tileBytes + sumBytes + (packHere ? scratchRow * Math.min(p.k, K_BLOCK) : 0));
    try {
      long tile = scratch.address();
      long c = p.c + row * p.cRow + 4 * column;
      long sums = direct ? c : tile + tileBytes;
      long sumRow = direct ? p.cRow : scratchRow;
      long own = tile + tileBytes + sumBytes;
      for (long k0 = 0; k0 < p.k; k0 += K_BLOCK) {
        int k = (int) Math.min(K_BLOCK, p.k - k0);
        if (packHere) {
          pack(p, panel, k0, own);
        }
        long b =
            inPlace ? p.b + k0 * p.bRow + 4 * column : packHere ? own : packed + k0 * scratchRow;
        long bStep = inPlace ? p.bRow : scratchRow;
        long a = p.a + row * p.aRow + k0 * p.aStep;
        if (dots) {
          long rowsOfB = p.b + column * p.bRow + 4 * k0;
          dotBlock(p, rows, a, rowsOfB, columns, sums, sumRow, k0 == 0, tile, k);
          continue;
        }
        sumBlock(p, rows, a, b, bStep, sums, sumRow, k0 == 0, tile, k);
      }
      finish(p, rows, column, columns, c, sums);
    } finally {
      memory.release(scratch);
    }
  }

  private void sumBlock(
      Product p,
      long rows,
      long a,
      long b,
      long bStep,
      long sums,
      long sumRow,
      boolean first,
      long tile,
      int k) {
    for (long i = 0; i < rows; ) {
      int step = Tiles.nextRows(rows - i);
      long to = sums + i * sumRow;
      if (first) {
        tiles.multiply(step, a + i * p.aRow, p.aRow, p.aStep, b, bStep, to, sumRow, k);
      } else {
        tiles.multiply(step, a + i * p.aRow, p.aRow, p.aStep, b, bStep, tile, 4L * width, k);
        tiles.add(tile, 4L * width, to, sumRow, step, width);
      }
      i += step;
    }
  }

  /** The same for few rows and a transposed B, which is read as it lies. */
  private void dotBlock(
      Product p,
      long rows,
      long a,
      long b,
      int columns,
      long sums,
      long sumRow,
      boolean first,
      long tile,
      int k) {
    for (int i = 0; i < rows; i++) {
      long to = sums + i * sumRow;
      tiles.dots(a + i * p.aRow, b, p.bRow, columns, first ? to : tile, k);
      if (!first) {
        tiles.add(tile, 0, to, 0, 1, columns);
      }
    }
  }

  /** Brings the sums to C and adds the old C or the bias. */
  private void finish(Product p, long rows, long column, int columns, long c, long sums) {
    long sumRow = sums == c ? p.cRow : 4L * width;
    for (long i = 0; i < rows; i++) {
      long to = c + i * p.cRow;
      if (p.k == 0) {
        RawMemory.zero(p.accumulate ? sums + i * sumRow : to, 4L * columns);
      } else if (sums != c && !p.accumulate) {
        RawMemory.copy(sums + i * sumRow, to, 4L * columns);
      }
    }
    int count = (int) rows;
    if (p.accumulate) {
      tiles.add(sums, sumRow, c, p.cRow, count, columns);
    } else if (p.bias != 0) {
      tiles.add(p.bias + 4 * column, 0, c, p.cRow, count, columns);
    }
  }
}
