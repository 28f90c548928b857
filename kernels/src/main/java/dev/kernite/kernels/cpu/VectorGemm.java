package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.WeightType;

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
  /** Rows of a task: its part of A and of a panel stay in the second-level cache. */
  static final int ROW_BLOCK = 96;

  private static final int COLUMNS_FOR_PACKED_A = 128;
  private static final int ROW_PADDING = 16; // rows a power of two apart would share cache sets
  private static final long GROUP_BYTES = 16 << 20;
  private static final double TASK_FLOPS = 100_000;

  private final Workers workers;
  private final HostMemory memory;
  private final VectorTiles tiles = new VectorTiles();
  private final GemmBlock block;
  private final int width = tiles.width();

  VectorGemm(Workers workers, HostMemory memory) {
    this.workers = workers;
    this.memory = memory;
    this.block = new GemmBlock(memory);
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
              product(GemmProduct.of(s, a, b, bias, c, i));
            }
          });
    } else {
      for (long i = 0; i < s.batch(); i++) {
        product(GemmProduct.of(s, a, b, bias, c, i));
      }
    }
  }

  private void product(GemmProduct p) {
    if (p.aStep() == 4 || p.n() < COLUMNS_FOR_PACKED_A) {
      uprightProduct(p);
      return;
    }
    // Rows of a transposed A are columns as stored: a cache line each value. Set them upright.
    long aRow = 4 * (p.k() + ROW_PADDING);
    long group = Math.min(p.m(), Math.max(1, GROUP_BYTES / aRow / ROW_BLOCK) * ROW_BLOCK);
    long kBlocks = (p.k() + K_BLOCK - 1) / K_BLOCK;
    Buffer upright = memory.allocate(group * aRow);
    try {
      for (long first = 0; first < p.m(); first += group) {
        long origin = first;
        long rows = Math.min(group, p.m() - first);
        long rowBlocks = (rows + ROW_BLOCK - 1) / ROW_BLOCK;
        workers.run(
            rowBlocks * kBlocks,
            2.0 * rows * p.k() * p.n(),
            task -> {
              long row = task / kBlocks * ROW_BLOCK;
              long k0 = task % kBlocks * K_BLOCK;
              tiles.transpose(
                  p.a() + (origin + row) * p.aRow() + k0 * p.aStep(),
                  p.aStep(),
                  (int) Math.min(K_BLOCK, p.k() - k0),
                  (int) Math.min(ROW_BLOCK, rows - row),
                  upright.address() + row * aRow + 4 * k0,
                  aRow);
            });
        uprightProduct(p.withRows(first, rows, upright.address(), aRow));
      }
    } finally {
      memory.release(upright);
    }
  }

  /** A product whose A is read as it lies. */
  private void uprightProduct(GemmProduct p) {
    long panels = (p.n() + width - 1) / width;
    if (p.m() <= ROW_BLOCK) {
      workers.run(panels, p.flops(), panel -> block.compute(p, 0, p.m(), panel));
      return;
    }
    long rowBlocks = (p.m() + ROW_BLOCK - 1) / ROW_BLOCK;
    long kBlocks = (p.k() + K_BLOCK - 1) / K_BLOCK;
    long panelBytes = 4 * p.k() * width;
    long group = Math.min(panels, Math.max(1, GROUP_BYTES / (panelBytes + 1)));
    Buffer packed = memory.allocate(group * panelBytes);
    try {
      for (long first = 0; first < panels; first += group) {
        long origin = first;
        long count = Math.min(group, panels - first);
        workers.run(
            count * kBlocks,
            p.flops(),
            task -> {
              long panel = task / kBlocks;
              long k0 = task % kBlocks * K_BLOCK;
              int k = (int) Math.min(K_BLOCK, p.k() - k0);
              long target = packed.address() + panel * panelBytes + 4 * k0 * width;
              block.pack(p, origin + panel, k0, k, target);
            });
        workers.run(
            count * rowBlocks,
            p.flops(),
            task -> {
              long panel = task / rowBlocks;
              long row = task % rowBlocks * ROW_BLOCK;
              long rows = Math.min(ROW_BLOCK, p.m() - row);
              long at = packed.address() + panel * panelBytes;
              block.compute(p, row, rows, origin + panel, WeightType.FLOAT32, at);
            });
      }
    } finally {
      memory.release(packed);
    }
  }
}
