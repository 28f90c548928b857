package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.SHORT;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.WeightType;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Products with weights packed for good, in the panels of {@link VectorGemm}: panel after panel,
 * each [k, width], so that a product of one row reads them as one stream.
 *
 * <p>In narrow types a row of a panel is a row of pairs: of each two neighbouring vectors, the
 * values of the first are the low halves of integers and those of the second the high halves, so
 * that the kernels widen a whole vector by one shift or mask.
 */
final class VectorPackedGemm implements PackedGemm {
  private static final int LANES = Lanes.LANES;

  private final Workers workers;
  private final HostMemory memory;
  private final VectorTiles tiles = new VectorTiles();
  private final GemmBlock block;
  private final VectorElementwise elementwise;
  private final int width = tiles.width();

  VectorPackedGemm(Workers workers, HostMemory memory, VectorElementwise elementwise) {
    this.workers = workers;
    this.memory = memory;
    this.block = new GemmBlock(memory);
    this.elementwise = elementwise;
  }

  @Override
  public long bytes(WeightType type, long k, long n) {
    return type.bytes() * k * panels(n) * width;
  }

  private long panels(long n) {
    return (n + width - 1) / width;
  }

  @Override
  public boolean pack(WeightType from, long source, boolean transposed, Matrix b) {
    AtomicBoolean finite = new AtomicBoolean(true);
    long panels = panels(b.n());
    long kBlocks = (b.k() + Gemm.K_BLOCK - 1) / Gemm.K_BLOCK;
    // Tasks follow the source: [n, k] panel by panel, [k, n] block of rows by block of rows.
    workers.run(
        panels * kBlocks,
        task -> {
          long panel = transposed ? task / kBlocks : task % panels;
          long block = transposed ? task % kBlocks : task / panels;
          if (!packBlock(from, source, transposed, b, panel, block * Gemm.K_BLOCK)) {
            finite.setPlain(false);
          }
        });
    return finite.get();
  }

  private boolean packBlock(
      WeightType from, long source, boolean transposed, Matrix b, long panel, long k0) {
    long column = panel * width;
    int columns = (int) Math.min(width, b.n() - column);
    int k = (int) Math.min(Gemm.K_BLOCK, b.k() - k0);
    long sourceRow = from.bytes() * (transposed ? b.k() : b.n());
    long first =
        source + (transposed ? column : k0) * sourceRow + from.bytes() * (transposed ? k0 : column);
    long target = b.address() + b.type().bytes() * (panel * b.k() + k0) * width;
    if (from == WeightType.FLOAT32 && b.type() == WeightType.FLOAT32) {
      arrange(first, sourceRow, transposed, k, columns, target);
      return true;
    }
    int rows = transposed ? columns : k;
    int length = transposed ? k : columns;
    Buffer scratch = memory.allocate(8L * k * width);
    try {
      long wide = scratch.address();
      long panelRows = wide + 4L * k * width;
      for (int i = 0; i < rows; i++) {
        StoredFloats.widen(from, first + i * sourceRow, wide + 4L * i * length, length);
      }
      boolean keep = b.type() == WeightType.FLOAT32;
      arrange(wide, 4L * length, transposed, k, columns, keep ? target : panelRows);
      return keep || narrow(b.type(), panelRows, k, target);
    } finally {
      memory.release(scratch);
    }
  }

  private void arrange(
      long source, long sourceRow, boolean transposed, int k, int columns, long panel) {
    if (transposed) {
      tiles.packTransposed(source, sourceRow, k, columns, panel);
    } else {
      tiles.pack(source, sourceRow, k, columns, panel);
    }
  }

  /** Narrows the rows of a panel; false if a value is not finite in float16. */
  private boolean narrow(WeightType type, long source, int rows, long target) {
    boolean finite = true;
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < width; j++) {
        short bits = StoredFloats.narrow(type, getFloat(source + 4L * (row * width + j)));
        finite &= StoredFloats.finiteFloat16(bits);
        ALL.set(SHORT, target + 2L * (row * width + place(j)), bits);
      }
    }
    return finite || type != WeightType.FLOAT16;
  }

  /** Where the value of a column lies in a row of pairs. */
  private static int place(int column) {
    int vector = column / LANES;
    return (vector / 2 * LANES + column % LANES) * 2 + vector % 2;
  }

  @Override
  public void multiply(
      Matrix b, long m, long a, long lda, long bias, UnaryFunction activation, long c) {
    if (m == 0 || b.n() == 0) {
      return;
    }
    Lanes.Kernel1 fused = activation == null ? null : VectorElementwise.kernel(activation, 0, 0);
    GemmProduct p =
        new GemmProduct(
            m, b.n(), b.k(), a, 4 * lda, 4, 0, 0, false, bias, fused, c, 4 * b.n(), false);
    long panelBytes = b.type().bytes() * b.k() * width;
    long rowBlocks = (m + VectorGemm.ROW_BLOCK - 1) / VectorGemm.ROW_BLOCK;
    workers.run(
        panels(b.n()) * rowBlocks,
        p.flops(),
        task -> {
          long panel = task / rowBlocks;
          long row = task % rowBlocks * VectorGemm.ROW_BLOCK;
          long rows = Math.min(VectorGemm.ROW_BLOCK, m - row);
          block.compute(p, row, rows, panel, b.type(), b.address() + panel * panelBytes);
        });
    if (activation != null && fused == null) {
      elementwise.unary(activation, c, c, m * b.n(), 0, 0);
    }
  }

  @Override
  public void gather(Matrix b, long indices, long count, long out) {
    WeightType type = b.type();
    Chunks.rows(
        workers,
        count,
        b.k(),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            long column = getInt(indices + 4 * i);
            int j = (int) (column % width);
            int offset = type == WeightType.FLOAT32 ? j : place(j);
            long at = b.address() + type.bytes() * (column / width * b.k() * width + offset);
            long step = (long) type.bytes() * width;
            for (long s = 0; s < b.k(); s++) {
              putFloat(out + 4 * (i * b.k() + s), StoredFloats.get(type, at + s * step));
            }
          }
        });
  }
}
