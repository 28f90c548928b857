package dev.kernite.models.measure;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.WeightType;
import dev.kernite.models.ModelException;
import java.util.stream.IntStream;

/**
 * {@code C[m, n] = A[m, k] B[k, n]}, all dense and row-major. B, the weights, holds values that
 * bfloat16 has too, so that every way to store them gives the same product.
 */
public final class GemmWork implements Workload {
  private final Backend backend;
  private final Operands operands;
  private final int m;
  private final int n;
  private final int k;
  private final long a;
  private final long b;
  private final long c;

  /** Allocates and fills the operands. */
  public GemmWork(Backend backend, int m, int n, int k) {
    this.backend = backend;
    this.operands = new Operands(backend);
    this.m = m;
    this.n = n;
    this.k = k;
    a = operands.normal((long) m * k);
    b = operands.shortNormal(k, n);
    c = operands.output((long) m * n);
  }

  /** Rows of A and C. */
  public int m() {
    return m;
  }

  /** Columns of B and C. */
  public int n() {
    return n;
  }

  /** Columns of A and rows of B. */
  public int k() {
    return k;
  }

  /** Address of A. */
  public long a() {
    return a;
  }

  /** Address of B. */
  public long b() {
    return b;
  }

  /** Address of C. */
  public long c() {
    return c;
  }

  @Override
  public String op() {
    return "gemm";
  }

  @Override
  public String shape() {
    return m + "x" + n + "x" + k;
  }

  @Override
  public double flops() {
    return 2.0 * m * n * k;
  }

  @Override
  public double bytes() {
    return 4.0 * ((double) m * k + (double) k * n + (double) m * n);
  }

  @Override
  public void run() {
    run(backend.gemm());
  }

  /** The same product by other kernels on the same memory. */
  public void run(Gemm gemm) {
    gemm.multiply(Gemm.Shape.dense(false, false, m, n, k), a, b, 0, c);
  }

  /** The same product with B packed beforehand, as a frozen model's weights are; packs it now. */
  public Runnable packed(WeightType type) {
    PackedGemm kernels = backend.packedGemm();
    long packed = operands.bytes(kernels.bytes(type, k, n));
    PackedGemm.Matrix weights = new PackedGemm.Matrix(type, k, n, packed);
    if (!kernels.pack(WeightType.FLOAT32, b, false, weights)) {
      throw new ModelException("gemm %s: B cannot be packed as %s".formatted(shape(), type));
    }
    return () -> kernels.multiply(weights, m, a, k, 0, null, c);
  }

  /** Bytes that {@link #packed} reads and writes, at least. */
  public double packedBytes(WeightType type) {
    return 4.0 * ((double) m * k + (double) m * n) + (double) type.bytes() * k * n;
  }

  @Override
  public void settle() {
    backend.memory().synchronize();
  }

  @Override
  public void spoil() {
    operands.spoil();
  }

  /** Checks whole rows: the first, the last, one in the middle and those at the edges of tiles. */
  @Override
  public void check() {
    int[] rows = IntStream.of(0, 5, 6, m / 2, m - 1).filter(r -> r < m).distinct().toArray();
    double[][] left = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      left[i] = operands.readDoubles(a, (long) rows[i] * k, k);
    }
    double[][] sums = new double[rows.length][n];
    double[][] sizes = new double[rows.length][n];
    for (int p = 0; p < k; p++) {
      float[] right = operands.read(b, (long) p * n, n);
      for (int i = 0; i < rows.length; i++) {
        double factor = left[i][p];
        for (int j = 0; j < n; j++) {
          double term = factor * right[j];
          sums[i][j] += term;
          sizes[i][j] += Math.abs(term);
        }
      }
    }
    for (int i = 0; i < rows.length; i++) {
      float[] result = operands.read(c, (long) rows[i] * n, n);
      for (int j = 0; j < n; j++) {
        double tolerance = 4 * Math.sqrt(k) * 0x1p-24 * sizes[i][j];
        Operands.requireClose(
            "gemm %s [%d, %d]".formatted(shape(), rows[i], j), result[j], sums[i][j], tolerance);
      }
    }
  }

  @Override
  public void close() {
    operands.close();
  }
}
