package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Gemm;

/** Products with panels in plain Java: a panel is a matrix like any other. */
final class ScalarPanelProduct implements PanelProduct {
  private static final int WIDTH = 64;

  private final Gemm gemm;

  ScalarPanelProduct(Gemm gemm) {
    this.gemm = gemm;
  }

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public Left left(Matrices a) {
    boolean transposed = a.aStep() != Float.BYTES;
    long rowStride = (transposed ? a.aStep() : a.aRow()) / Float.BYTES;
    return (entry, row, rows, panel, c, cRow) ->
        gemm.multiply(
            Gemm.Shape.dense(transposed, false, rows, WIDTH, a.k())
                .withOperands(rowStride, WIDTH)
                .withResult(cRow / Float.BYTES),
            a.a() + entry * a.entry() + row * a.aRow(),
            panel,
            0,
            c);
  }
}
