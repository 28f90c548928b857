package dev.kernite.kernels.cuda;

import dev.kernite.kernels.Index;
import dev.kernite.kernels.cuda.driver.Kernel;
import dev.kernite.kernels.cuda.driver.Kernels;
import dev.kernite.kernels.cuda.driver.Scratch;

/** Gathers and deterministic scatters on the device: {@code index.cu}. */
final class CudaIndex implements Index {
  /** Warps that share out the rows of a table, and the groups of its columns, among them. */
  private static final long WARPS = 4096;

  /** Threads that share out the places of all lines among them. */
  private static final long PLACES = 1 << 16;

  private final Grids grids;
  private final Kernel gatherRows;
  private final Kernel scatterAddRows;
  private final Kernel gather;
  private final Kernel scatterAdd;

  CudaIndex(Kernels kernels, Scratch scratch) {
    grids = new Grids(kernels);
    gatherRows = kernels.kernel("index", "gather_rows");
    scatterAddRows = kernels.kernel("index", "scatter_add_rows");
    gather = kernels.kernel("index", "gather_elements");
    scatterAdd = kernels.kernel("index", "scatter_add_elements");
  }

  @Override
  public void gatherRows(long table, long ids, long out, long n, long cols) {
    if (n * cols > 0) {
      grids.rows(gatherRows.arg(table).arg(ids).arg(out).arg(n).arg(cols), n, cols, Grids.WIDTH);
    }
  }

  @Override
  public void scatterAddRows(
      long dy, long ids, long dtable, long n, long cols, long tableRows, long skip) {
    if (n * cols * tableRows == 0) {
      return;
    }
    boolean four = ((dy | dtable | 4 * cols) & 15) == 0;
    long groups = Grids.ceil(cols, Grids.WARP * (four ? Grids.WIDTH : 1));
    int owners = (int) Math.clamp(WARPS / groups, 1, Math.min(tableRows, WARPS));
    int y = (int) Math.min(Grids.THREADS / Grids.WARP, Grids.powerOfTwo(owners, 1));
    scatterAddRows
        .arg(dy)
        .arg(ids)
        .arg(dtable)
        .arg(n)
        .arg(cols)
        .arg(owners)
        .arg(skip)
        .arg(four ? 1 : 0)
        .launch(groups, (int) Grids.ceil(owners, y), 1, Grids.WARP, y, 0);
  }

  @Override
  public void gather(long x, long index, long out, long outer, long n, long m, long inner) {
    if (outer * m * inner > 0) {
      int places = Math.toIntExact(inner);
      grids.rows(
          gather.arg(x).arg(index).arg(out).arg(outer).arg(n).arg(m).arg(places),
          outer,
          m * inner,
          1);
    }
  }

  @Override
  public void scatterAdd(long dy, long index, long dx, long outer, long n, long m, long inner) {
    long lines = outer * inner;
    if (lines * n * m == 0) {
      return;
    }
    // Lines that are many enough have one owner each; few ones share out their places.
    long wanted = Math.clamp(PLACES / lines, 1, Grids.THREADS);
    int owners = (int) Math.min(wanted, Math.min(n, m));
    int y = (int) Math.min(Grids.THREADS, Grids.powerOfTwo(owners, 1));
    int x = Grids.THREADS / y;
    scatterAdd
        .arg(dy)
        .arg(index)
        .arg(dx)
        .arg(lines)
        .arg(n)
        .arg(m)
        .arg(inner)
        .arg(owners)
        .launch(Grids.ceil(lines, x), 1, 1, x, y, 0);
  }
}
