package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;

import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.Norm;

/**
 * Normalisation of rows on vectors. A gain or offset that is absent is read as a row of ones or
 * zeros, a gradient that is not wanted goes to a row of scratch: one kernel serves all cases.
 */
final class VectorNorm implements Norm {
  /** Rows over which one task adds up the gradients of gain and offset. */
  private static final long ROWS = 64;

  /** Room for the two sums of a row, in bytes. */
  private static final long SUMS = 64;

  private final Workers workers;
  private final HostMemory memory;

  VectorNorm(Workers workers, HostMemory memory) {
    this.workers = workers;
    this.memory = memory;
  }

  @Override
  public void layerNorm(
      long x,
      long weight,
      long bias,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps) {
    normalise(x, 0, weight, bias, x, y, mean, rstd, rows, cols, eps, true);
  }

  @Override
  public void addLayerNorm(
      long x,
      long residual,
      long weight,
      long bias,
      long sum,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps) {
    normalise(x, residual, weight, bias, sum, y, mean, rstd, rows, cols, eps, true);
  }

  @Override
  public void rmsNorm(long x, long weight, long y, long rstd, long rows, long cols, float eps) {
    normalise(x, 0, weight, 0, x, y, 0, rstd, rows, cols, eps, false);
  }

  @Override
  public void addRmsNorm(
      long x,
      long residual,
      long weight,
      long sum,
      long y,
      long rstd,
      long rows,
      long cols,
      float eps) {
    normalise(x, residual, weight, 0, sum, y, 0, rstd, rows, cols, eps, false);
  }

  /** Without a residual (address 0) the sum is x, where it lies. */
  private void normalise(
      long x,
      long residual,
      long weight,
      long bias,
      long sum,
      long y,
      long mean,
      long rstd,
      long rows,
      long cols,
      float eps,
      boolean centred) {
    Buffer stand = memory.allocate(8 * cols);
    try {
      long gain = weight == 0 ? filled(stand.address(), cols, 1) : weight;
      long offset = bias == 0 ? filled(stand.address() + 4 * cols, cols, 0) : bias;
      Chunks.rows(
          workers,
          rows,
          cols,
          (from, to) -> {
            for (long row = from; row < to; row++) {
              long at = 4 * row * cols;
              if (residual != 0) {
                NormKernels.residual(x + at, residual + at, sum + at, cols);
              }
              float centre = centred ? (float) (VectorRows.sum(sum + at, cols) / cols) : 0;
              double variance = VectorRows.squares(sum + at, cols, centre) / cols;
              float scale = (float) (1 / Math.sqrt(variance + eps));
              NormKernels.normalise(sum + at, gain, offset, y + at, cols, centre, scale);
              if (mean != 0) {
                putFloat(mean + 4 * row, centre);
              }
              if (rstd != 0) {
                putFloat(rstd + 4 * row, scale);
              }
            }
          });
    } finally {
      memory.release(stand);
    }
  }

  private static long filled(long row, long cols, float value) {
    ReductionKernels.fill(row, cols, value);
    return row;
  }

  @Override
  public void layerNormGrad(
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols) {
    gradients(x, weight, mean, rstd, dy, 0, dx, dweight, dbias, rows, cols);
  }

  @Override
  public void addLayerNormGrad(
      long sum,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols) {
    gradients(sum, weight, mean, rstd, dy, dsum, dx, dweight, dbias, rows, cols);
  }

  @Override
  public void rmsNormGrad(
      long x, long weight, long rstd, long dy, long dx, long dweight, long rows, long cols) {
    gradients(x, weight, 0, rstd, dy, 0, dx, dweight, 0, rows, cols);
  }

  @Override
  public void addRmsNormGrad(
      long sum,
      long weight,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long rows,
      long cols) {
    gradients(sum, weight, 0, rstd, dy, dsum, dx, dweight, 0, rows, cols);
  }

  /** All gradients in one pass over the rows; mean = 0 leaves out the centring. */
  private void gradients(
      long x,
      long weight,
      long mean,
      long rstd,
      long dy,
      long dsum,
      long dx,
      long dweight,
      long dbias,
      long rows,
      long cols) {
    long parts = Math.max(1, Chunks.count(rows, ROWS));
    long bytes = 4 * cols;
    Buffer ones = memory.allocate(bytes);
    Buffer sums = memory.allocate(2 * parts * bytes); // of each part: gain, offset
    try {
      long gain = weight == 0 ? filled(ones.address(), cols, 1) : weight;
      RawMemory.zero(sums.address(), 2 * parts * bytes);
      workers.run(
          parts,
          part -> {
            Buffer scratch = memory.allocate(SUMS);
            long dgain = sums.address() + 2 * part * bytes;
            for (long row = part * ROWS; row < Math.min(rows, (part + 1) * ROWS); row++) {
              long at = row * bytes;
              float centre = mean == 0 ? 0 : getFloat(mean + 4 * row);
              float scale = getFloat(rstd + 4 * row);
              NormKernels.addToSums(x + at, dy + at, dgain, dgain + bytes, cols, centre, scale);
              if (dx != 0) {
                long room = scratch.address();
                gradient(x + at, dy + at, gain, dx + at, cols, mean != 0, centre, scale, room);
                if (dsum != 0) {
                  ColumnKernels.add(dsum + at, dx + at, cols);
                }
              }
            }
            memory.release(scratch);
          });
      VectorColumns.combine(workers, sums.address(), sums.address(), 1, parts, 2 * cols);
      if (dweight != 0) {
        RawMemory.copy(sums.address(), dweight, bytes);
      }
      if (dbias != 0) {
        RawMemory.copy(sums.address() + bytes, dbias, bytes);
      }
    } finally {
      memory.release(sums);
      memory.release(ones);
    }
  }

  /**
   * The gradient of one row.
   *
   * @param room for two sums
   */
  private static void gradient(
      long x,
      long dy,
      long gain,
      long dx,
      long cols,
      boolean centred,
      float centre,
      float scale,
      long room) {
    double sum = 0;
    double dot = 0;
    for (long c = 0; c < cols; c += VectorRows.BLOCK) {
      long k = 4 * c;
      long n = Math.min(VectorRows.BLOCK, cols - c);
      NormKernels.gradientSums(x + k, dy + k, gain + k, n, centre, room);
      sum += getFloat(room);
      dot += getFloat(room + 4);
    }
    float meanGrad = centred ? (float) (sum / cols) : 0;
    float meanDot = (float) (dot * scale / cols);
    NormKernels.gradient(x, dy, gain, dx, cols, centre, scale, meanGrad, meanDot);
  }
}
