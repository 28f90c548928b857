package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.WeightType;

/**
 * Matrix products by panels: B is packed into panels of as many columns as the register tile has, A
 * into groups of as many rows ({@link RowGroups}), and C is cut into blocks of {@value
 * RowGroups#ROW_BLOCK} rows by one panel, one task each.
 *
 * <p>With more than one block of rows, the panels are packed first, in parallel, and then shared; a
 * group of panels at a time, to bound the scratch. With one block of rows every panel has one
 * reader, who packs it for itself, or reads it in place where rows are so few that packing does not
 * pay.
 */
final class VectorGemm implements Gemm {
  /** Scratch for packed panels. */
  private static final long GROUP_BYTES = 16 << 20;

  /** Least work of a task of a batch: some microseconds. */
  private static final double TASK_FLOPS = 100_000;

  private final Workers workers;
  private final HostMemory memory;
  private final RowGroups rowGroups;
  private final GemmBlock block;
  private final int width = new VectorTiles().width();

  VectorGemm(Workers workers, HostMemory memory, RowGroups rowGroups) {
    this.workers = workers;
    this.memory = memory;
    this.rowGroups = rowGroups;
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

  /** Packs as many rows of A as an array should hold, multiplies them, and goes on. */
  private void product(GemmProduct p) {
    if (block.readsRows(p, p.m())) {
      workers.run(panels(p), p.flops(), panel -> block.compute(p, 0, (int) p.m(), null, 0, panel));
      return;
    }
    long most = rowGroups.atATime(p.k());
    for (long first = 0; first < p.m(); first += most) {
      GemmProduct part = p.rows(first, Math.min(most, p.m() - first));
      rows(part, rowGroups.pack(part));
    }
  }

  private long panels(GemmProduct p) {
    return (p.n() + width - 1) / width;
  }

  private static long kBlocks(GemmProduct p) {
    return (p.k() + K_BLOCK - 1) / K_BLOCK;
  }

  /** The product of rows that are packed. */
  private void rows(GemmProduct p, float[] a) {
    long panels = panels(p);
    if (p.m() <= RowGroups.ROW_BLOCK) {
      workers.run(panels, p.flops(), panel -> block.compute(p, 0, (int) p.m(), a, 0, panel));
      return;
    }
    long rowBlocks = RowGroups.blocks(p);
    long kBlocks = kBlocks(p);
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
              long row = task % rowBlocks * RowGroups.ROW_BLOCK;
              int rows = (int) Math.min(RowGroups.ROW_BLOCK, p.m() - row);
              int a0 = (int) (row * p.k());
              long at = packed.address() + panel * panelBytes;
              block.compute(p, row, rows, a, a0, origin + panel, WeightType.FLOAT32, at);
            });
      }
    } finally {
      memory.release(packed);
    }
  }
}
