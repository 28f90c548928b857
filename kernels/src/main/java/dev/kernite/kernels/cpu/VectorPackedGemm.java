package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.SHORT;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.getInt;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.WeightType;
import java.util.Objects;
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

  /** From so many panels on, a task of one row takes four: fewer would leave threads idle. */
  private static final int MANY_PANELS = 64;

  private final Workers workers;
  private final VectorTiles tiles = new VectorTiles();
  private final RowGroups rowGroups;
  private final GemmBlock block;
  private final int width = tiles.width();

  VectorPackedGemm(Workers workers, HostMemory memory, RowGroups rowGroups) {
    this.workers = workers;
    this.rowGroups = rowGroups;
    this.block = new GemmBlock(memory);
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

  /**
   * Packs one summation block of one panel. In plain Java on purpose: a model is packed when the
   * JVM has just started, and plain loops are fast long before the JIT has compiled a vector
   * kernel.
   */
  private boolean packBlock(
      WeightType from, long source, boolean transposed, Matrix b, long panel, long k0) {
    long column = panel * width;
    int columns = (int) Math.min(width, b.n() - column);
    int k = (int) Math.min(Gemm.K_BLOCK, b.k() - k0);
    long stepK = from.bytes() * (transposed ? 1 : b.n());
    long stepN = from.bytes() * (transposed ? b.k() : 1);
    long first = source + k0 * stepK + column * stepN;
    long target = b.address() + b.type().bytes() * (panel * b.k() + k0) * width;
    if (b.type() != WeightType.FLOAT32) {
      return packPairs(from, b.type(), first, stepK, stepN, k, columns, target);
    }
    for (int s = 0; s < k; s++) {
      long row = first + s * stepK;
      long to = target + 4L * s * width;
      if (from != WeightType.FLOAT32) {
        for (int j = 0; j < columns; j++) {
          putFloat(to + 4L * j, StoredFloats.get(from, row + j * stepN));
        }
      } else if (transposed) {
        gatherFloats(row, stepN, columns, to);
      } else {
        RawMemory.copy(row, to, 4L * columns);
      }
      RawMemory.zero(to + 4L * columns, 4L * (width - columns));
    }
    return true;
  }

  private static void gatherFloats(long source, long step, int n, long target) {
    for (int j = 0; j < n; j++) {
      putFloat(target + 4L * j, getFloat(source + j * step));
    }
  }

  /** Packs as rows of pairs; false if a value is not finite in float16. */
  private boolean packPairs(
      WeightType from,
      WeightType to,
      long source,
      long stepK,
      long stepN,
      int k,
      int columns,
      long target) {
    boolean finite = true;
    for (int s = 0; s < k; s++) {
      long row = source + s * stepK;
      long at = target + 2L * s * width;
      for (int j = 0; j < width; j++) {
        short bits = 0;
        if (j < columns) {
          long value = row + j * stepN;
          bits =
              from == to
                  ? ALL.get(SHORT, value)
                  : StoredFloats.narrow(to, StoredFloats.get(from, value));
        }
        finite &= StoredFloats.finiteFloat16(bits);
        ALL.set(SHORT, at + 2L * place(j), bits);
      }
    }
    return finite || to != WeightType.FLOAT16;
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
    WarmUp.await();
    Lanes.Kernel1 fused =
        activation == null
            ? null
            : Objects.requireNonNull(VectorElementwise.kernel(activation, 0, 0));
    GemmProduct p =
        new GemmProduct(
            m,
            b.n(),
            b.k(),
            a,
            4 * lda,
            4,
            0,
            0,
            false,
            bias,
            fused,
            c,
            4 * b.n(),
            false,
            WarmUp.tileRows());
    if (m == 1 && b.k() > 0) {
      row(b, p);
    } else {
      long most = rowGroups.atATime(b.k());
      for (long first = 0; first < m; first += most) {
        rows(b, p.rows(first, Math.min(most, m - first)));
      }
    }
  }

  /** One row: several panels a task, as far as they go. */
  private void row(Matrix b, GemmProduct p) {
    float[] a = rowGroups.pack(p);
    long panelBytes = b.type().bytes() * b.k() * width;
    long whole = b.n() / width;
    int group = whole >= MANY_PANELS ? 4 : 2;
    long groups = whole / group;
    workers.run(
        groups + panels(b.n()) - groups * group,
        p.flops(),
        task -> {
          long panel = task < groups ? task * group : groups * group + task - groups;
          long at = b.address() + panel * panelBytes;
          if (task < groups) {
            block.computeRow(p, a, panel, group, b.type(), at);
          } else {
            block.compute(p, 0, 1, a, 0, panel, b.type(), at);
          }
        });
  }

  private void rows(Matrix b, GemmProduct p) {
    float[] a = rowGroups.pack(p);
    long panelBytes = b.type().bytes() * b.k() * width;
    long rowBlocks = RowGroups.blocks(p);
    workers.run(
        panels(b.n()) * rowBlocks,
        p.flops(),
        task -> {
          long panel = task / rowBlocks;
          long row = task % rowBlocks * RowGroups.ROW_BLOCK;
          int rows = (int) Math.min(RowGroups.ROW_BLOCK, p.m() - row);
          long at = b.address() + panel * panelBytes;
          block.compute(p, row, rows, a, (int) (row * p.k()), panel, b.type(), at);
        });
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
