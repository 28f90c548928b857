package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.LANES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static dev.kernite.kernels.cpu.RawMemory.getFloat;
import static dev.kernite.kernels.cpu.RawMemory.putFloat;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.Norm;
import jdk.incubator.vector.FloatVector;

/**
 * Normalisation of rows on vectors. A gain or offset that is absent is read as a row of ones or
 * zeros, a gradient that is not wanted goes to a row of scratch: one kernel serves all cases.
 */
final class VectorNorm implements Norm {
  /** Rows over which one task adds up the gradients of gain and offset. */
  private static final long ROWS = 64;

  /** Values that lanes add up in float32 before float64 takes over. */
  private static final long ROW_BLOCK = 4096;

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
    normalise(x, weight, bias, y, mean, rstd, rows, cols, eps, true);
  }

  @Override
  public void rmsNorm(long x, long weight, long y, long rstd, long rows, long cols, float eps) {
    normalise(x, weight, 0, y, 0, rstd, rows, cols, eps, false);
  }

  private void normalise(
      long x,
      long weight,
      long bias,
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
              float centre = centred ? (float) (VectorRows.sum(x + at, cols) / cols) : 0;
              double variance = VectorRows.squares(x + at, cols, centre) / cols;
              float scale = (float) (1 / Math.sqrt(variance + eps));
              normaliseRow(x + at, gain, offset, y + at, cols, centre, scale);
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
    VectorElementwise.fillRange(row, cols, value);
    return row;
  }

  private static void normaliseRow(
      long x, long gain, long offset, long y, long n, float centre, float scale) {
    long whole = Lanes.whole(n);
    for (long i = 0; i < 4 * whole; i += BYTES) {
      fromMemorySegment(S, ALL, x + i, LITTLE)
          .sub(centre)
          .mul(scale)
          .fma(
              fromMemorySegment(S, ALL, gain + i, LITTLE),
              fromMemorySegment(S, ALL, offset + i, LITTLE))
          .intoMemorySegment(ALL, y + i, LITTLE);
    }
    for (long i = 4 * whole; i < 4 * n; i += 4) {
      float normal = (getFloat(x + i) - centre) * scale;
      putFloat(y + i, normal * getFloat(gain + i) + getFloat(offset + i));
    }
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
    gradients(x, weight, mean, rstd, dy, dx, dweight, dbias, rows, cols);
  }

  @Override
  public void rmsNormGrad(
      long x, long weight, long rstd, long dy, long dx, long dweight, long rows, long cols) {
    gradients(x, weight, 0, rstd, dy, dx, dweight, 0, rows, cols);
  }

  /** All gradients in one pass over the rows; mean = 0 leaves out the centring. */
  private void gradients(
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
            Buffer unwanted = memory.allocate(dx == 0 ? bytes : 0);
            long dgain = sums.address() + 2 * part * bytes;
            for (long row = part * ROWS; row < Math.min(rows, (part + 1) * ROWS); row++) {
              long at = row * bytes;
              float centre = mean == 0 ? 0 : getFloat(mean + 4 * row);
              float scale = getFloat(rstd + 4 * row);
              double sum = mean == 0 ? 0 : VectorRows.dot(dy + at, gain, cols);
              double dot = normalDot(x + at, dy + at, gain, cols, centre);
              gradientRow(
                  x + at,
                  dy + at,
                  gain,
                  dx == 0 ? unwanted.address() : dx + at,
                  dgain,
                  dgain + bytes,
                  cols,
                  centre,
                  scale,
                  (float) (sum / cols),
                  (float) (dot * scale / cols));
            }
            memory.release(unwanted);
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

  /** Sum of dy gain (x - centre). */
  private static double normalDot(long x, long dy, long gain, long n, float centre) {
    long whole = Lanes.whole(n);
    double total = 0;
    for (long at = 0; at < whole; at += ROW_BLOCK) {
      long count = Math.min(ROW_BLOCK, whole - at);
      total += normalDotBlock(x + 4 * at, dy + 4 * at, gain + 4 * at, count, centre);
    }
    for (long i = 4 * whole; i < 4 * n; i += 4) {
      total += getFloat(dy + i) * getFloat(gain + i) * (getFloat(x + i) - centre);
    }
    return total;
  }

  private static float normalDotBlock(long x, long dy, long gain, long n, float centre) {
    FloatVector a = broadcast(S, 0f);
    FloatVector b = broadcast(S, 0f);
    long i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
      FloatVector p =
          fromMemorySegment(S, ALL, dy + 4 * i, LITTLE)
              .mul(fromMemorySegment(S, ALL, gain + 4 * i, LITTLE));
      FloatVector q =
          fromMemorySegment(S, ALL, dy + 4 * i + BYTES, LITTLE)
              .mul(fromMemorySegment(S, ALL, gain + 4 * i + BYTES, LITTLE));
      a = p.fma(fromMemorySegment(S, ALL, x + 4 * i, LITTLE).sub(centre), a);
      b = q.fma(fromMemorySegment(S, ALL, x + 4 * i + BYTES, LITTLE).sub(centre), b);
    }
    if (i < n) {
      FloatVector p =
          fromMemorySegment(S, ALL, dy + 4 * i, LITTLE)
              .mul(fromMemorySegment(S, ALL, gain + 4 * i, LITTLE));
      a = p.fma(fromMemorySegment(S, ALL, x + 4 * i, LITTLE).sub(centre), a);
    }
    return Lanes.sum(a.add(b));
  }

  /**
   * dx = scale (dy gain - meanGrad - normal meanDot), and adds this row to the sums: dgain += dy
   * normal, doffset += dy, with normal = (x - centre) scale.
   */
  private static void gradientRow(
      long x,
      long dy,
      long gain,
      long dx,
      long dgain,
      long doffset,
      long n,
      float centre,
      float scale,
      float meanGrad,
      float meanDot) {
    long whole = Lanes.whole(n);
    for (long i = 0; i < 4 * whole; i += BYTES) {
      FloatVector normal = fromMemorySegment(S, ALL, x + i, LITTLE).sub(centre).mul(scale);
      FloatVector g = fromMemorySegment(S, ALL, dy + i, LITTLE);
      g.mul(fromMemorySegment(S, ALL, gain + i, LITTLE))
          .sub(meanGrad)
          .sub(normal.mul(meanDot))
          .mul(scale)
          .intoMemorySegment(ALL, dx + i, LITTLE);
      normal
          .fma(g, fromMemorySegment(S, ALL, dgain + i, LITTLE))
          .intoMemorySegment(ALL, dgain + i, LITTLE);
      g.add(fromMemorySegment(S, ALL, doffset + i, LITTLE))
          .intoMemorySegment(ALL, doffset + i, LITTLE);
    }
    for (long i = 4 * whole; i < 4 * n; i += 4) {
      float normal = (getFloat(x + i) - centre) * scale;
      float g = getFloat(dy + i);
      putFloat(dx + i, (g * getFloat(gain + i) - meanGrad - normal * meanDot) * scale);
      putFloat(dgain + i, getFloat(dgain + i) + normal * g);
      putFloat(doffset + i, getFloat(doffset + i) + g);
    }
  }
}
