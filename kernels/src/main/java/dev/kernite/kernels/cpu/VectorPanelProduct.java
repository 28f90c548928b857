package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.WeightType;

/** Products with panels by the blocks that all products of the vector twin are made of. */
final class VectorPanelProduct implements PanelProduct {
  /** What each thread has prepared; kept, since convolutions follow one another. */
  private static final ThreadLocal<float[]> ARRAYS = ThreadLocal.withInitial(() -> new float[0]);

  private final Workers workers;
  private final GemmBlock block;
  private final int width = new VectorTiles().width();

  VectorPanelProduct(Workers workers, HostMemory memory) {
    this.workers = workers;
    this.block = new GemmBlock(memory);
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public Left left(Matrices a) {
    int tileRows = WarmUp.tileRows();
    float[] packed = pack(a, tileRows);
    return (entry, row, rows, panel, c, cRow) -> {
      int from = (entry * a.m() + row) * a.k();
      GemmProduct product = product(rows, a.k(), c, cRow, tileRows);
      block.compute(product, 0, rows, packed, from, 0, WeightType.FLOAT32, panel);
    };
  }

  /** A product whose operands both come packed. */
  private GemmProduct product(int rows, int k, long c, long cRow, int tileRows) {
    return new GemmProduct(rows, width, k, 0, 0, 0, 0, 0, false, 0, null, c, cRow, false, tileRows);
  }

  /** All blocks of rows, in the form that {@link RowGroups} describes. */
  private float[] pack(Matrices a, int tileRows) {
    long values = (long) a.count() * a.m() * a.k();
    if (values > Integer.MAX_VALUE - Lanes.LANES) {
      throw new KernelException(
          "convolution: a weight of %d values does not fit into an array".formatted(values));
    }
    float[] target = array((int) values);
    int blocks = (int) Chunks.count(a.m(), ROWS);
    int kBlocks = (int) Chunks.count(a.k(), Gemm.K_BLOCK);
    workers.run(
        (long) a.count() * blocks * kBlocks,
        values,
        task -> {
          int entry = (int) (task / kBlocks / blocks);
          int row = (int) (task / kBlocks % blocks) * ROWS;
          int from = (int) (task % kBlocks) * Gemm.K_BLOCK;
          RowGroups.pack(
              a.a() + entry * a.entry() + row * a.aRow(),
              a.aRow(),
              a.aStep(),
              Math.min(ROWS, a.m() - row),
              a.k(),
              from,
              Math.min(Gemm.K_BLOCK, a.k() - from),
              tileRows,
              target,
              (entry * a.m() + row) * a.k());
        });
    return target;
  }

  private static float[] array(int values) {
    float[] array = ARRAYS.get();
    if (array.length < values) {
      array = new float[values];
      ARRAYS.set(array);
    }
    return array;
  }
}
