package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Gemm;

/**
 * Matrix products in plain Java. A strip of {@value #STRIP} columns is summed at a time, its block
 * sums in a small array, so that B is read along its rows where it is stored that way.
 */
final class ScalarGemm implements Gemm {
  private static final int STRIP = 64;

  private final Workers workers;

  ScalarGemm(Workers workers, HostMemory memory) {
    this.workers = workers;
  }

  @Override
  public void multiply(Shape s, long a, long b, long bias, long c) {
    if (s.m() == 0 || s.n() == 0) {
      return;
    }
    long rows = s.batch() * s.m();
    long strips = (s.n() + STRIP - 1) / STRIP;
    if (rows >= strips) { // tasks by rows or by columns: whichever are more
      workers.run(
          rows,
          row -> {
            float[] scratch = new float[2 * STRIP];
            for (long j = 0; j < s.n(); j += STRIP) {
              strip(s, a, b, bias, c, row, j, scratch);
            }
          });
    } else {
      workers.run(
          strips,
          strip -> {
            float[] scratch = new float[2 * STRIP];
            for (long row = 0; row < rows; row++) {
              strip(s, a, b, bias, c, row, strip * STRIP, scratch);
            }
          });
    }
  }

  /** Computes columns j to j + STRIP of one row of one product. */
  private static void strip(
      Shape s, long a, long b, long bias, long c, long row, long j, float[] scratch) {
    int columns = (int) Math.min(STRIP, s.n() - j);
    long entry = row / s.m();
    long i = row % s.m();
    long aStep = 4 * (s.transposeA() ? s.lda() : 1);
    long aRow = a + 4 * (entry * s.strideA() + i * (s.transposeA() ? 1 : s.lda()));
    long bStep = 4 * (s.transposeB() ? 1 : s.ldb());
    long bColumn = 4 * (s.transposeB() ? s.ldb() : 1);
    long bFirst = b + 4 * entry * s.strideB() + j * bColumn;
    // scratch: block sums, then their totals
    for (int col = 0; col < columns; col++) {
      scratch[STRIP + col] = 0;
    }
    for (long k0 = 0; k0 < s.k(); k0 += K_BLOCK) {
      long k1 = Math.min(k0 + K_BLOCK, s.k());
      for (int col = 0; col < columns; col++) {
        scratch[col] = 0;
      }
      for (long k = k0; k < k1; k++) {
        float x = getFloat(aRow + k * aStep);
        long bk = bFirst + k * bStep;
        for (int col = 0; col < columns; col++) {
          scratch[col] = Math.fma(x, getFloat(bk + col * bColumn), scratch[col]);
        }
      }
      for (int col = 0; col < columns; col++) {
        scratch[STRIP + col] = k0 == 0 ? scratch[col] : scratch[STRIP + col] + scratch[col];
      }
    }
    long cRow = c + 4 * (entry * s.strideC() + i * s.ldc() + j);
    for (int col = 0; col < columns; col++) {
      float sum = scratch[STRIP + col];
      long at = cRow + 4L * col;
      if (s.accumulate()) {
        sum = getFloat(at) + sum;
      } else if (bias != 0) {
        sum = sum + getFloat(bias + 4 * (j + col));
      }
      putFloat(at, sum);
    }
  }
}
