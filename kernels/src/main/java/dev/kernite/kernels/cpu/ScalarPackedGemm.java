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
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Products with packed weights in plain Java. Packed values lie row-major, [k, n]. */
final class ScalarPackedGemm implements PackedGemm {
  private static final int STRIP = 64;

  private final Workers workers;

  ScalarPackedGemm(Workers workers) {
    this.workers = workers;
  }

  @Override
  public long bytes(WeightType type, long k, long n) {
    return type.bytes() * k * n;
  }

  @Override
  public boolean pack(WeightType from, long source, boolean transposed, Matrix b) {
    AtomicBoolean finite = new AtomicBoolean(true);
    long stepK = from.bytes() * (transposed ? 1 : b.n());
    long stepN = from.bytes() * (transposed ? b.k() : 1);
    workers.run(
        b.k(),
        k -> {
          for (long j = 0; j < b.n(); j++) {
            float value = StoredFloats.get(from, source + k * stepK + j * stepN);
            if (!put(b.type(), at(b, k, j), value)) {
              finite.setPlain(false);
            }
          }
        });
    return finite.get();
  }

  private static boolean put(WeightType type, long address, float value) {
    if (type == WeightType.FLOAT32) {
      putFloat(address, value);
      return true;
    }
    short bits = StoredFloats.narrow(type, value);
    ALL.set(SHORT, address, bits);
    return type != WeightType.FLOAT16 || StoredFloats.finiteFloat16(bits);
  }

  private static long at(Matrix b, long k, long j) {
    return b.address() + b.type().bytes() * (k * b.n() + j);
  }

  @Override
  public void multiply(
      Matrix b, long m, long a, long lda, long bias, UnaryFunction activation, long c) {
    long strips = (b.n() + STRIP - 1) / STRIP;
    workers.run(
        m * strips,
        2.0 * m * b.n() * b.k(),
        task -> {
          long row = task / strips;
          long j = task % strips * STRIP;
          strip(b, a + 4 * row * lda, j, bias, activation, c + 4 * (row * b.n() + j));
        });
  }

  /** Computes columns j to j + STRIP of one row. */
  private static void strip(Matrix b, long a, long j, long bias, UnaryFunction activation, long c) {
    int columns = (int) Math.min(STRIP, b.n() - j);
    float[] total = new float[columns];
    float[] sum = new float[columns];
    for (long k0 = 0; k0 < b.k(); k0 += Gemm.K_BLOCK) {
      Arrays.fill(sum, 0);
      for (long k = k0; k < Math.min(k0 + Gemm.K_BLOCK, b.k()); k++) {
        float x = getFloat(a + 4 * k);
        long row = at(b, k, j);
        for (int i = 0; i < columns; i++) {
          sum[i] =
              Math.fma(x, StoredFloats.get(b.type(), row + (long) i * b.type().bytes()), sum[i]);
        }
      }
      for (int i = 0; i < columns; i++) {
        total[i] = k0 == 0 ? sum[i] : total[i] + sum[i];
      }
    }
    for (int i = 0; i < columns; i++) {
      float y = bias == 0 ? total[i] : total[i] + getFloat(bias + 4 * (j + i));
      putFloat(c + 4L * i, activation == null ? y : ScalarFunctions.unary(activation, y, 0, 0));
    }
  }

  @Override
  public void gather(Matrix b, long indices, long count, long out) {
    for (long i = 0; i < count; i++) {
      long column = getInt(indices + 4 * i);
      for (long k = 0; k < b.k(); k++) {
        putFloat(out + 4 * (i * b.k() + k), StoredFloats.get(b.type(), at(b, k, column)));
      }
    }
  }
}
