package dev.kernite.bench;

import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast is the square float32 matrix product on each twin of the CPU backend, on all cores?
 * Normal random data; the result is checked against float64 before anything is timed.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class MatmulBenchmark {
  private static final int CHECKED = 16;

  /** Rows and columns of all three matrices. */
  @Param({"64", "256", "1024"})
  public int size;

  /** Which implementation of the kernels. */
  @Param({"VECTOR", "SCALAR"})
  public CpuOptions.Twin twin;

  private CpuBackend backend;
  private Memory.Buffer a;
  private Memory.Buffer b;
  private Memory.Buffer c;

  /** Counts floating-point operations, reported as a rate beside the products a second. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Work {
    /** Floating-point operations. */
    public double flops;
  }

  /** Fills the operands and checks one product. */
  @Setup(Level.Trial)
  public void prepare() {
    backend = CpuBackend.open(CpuOptions.defaults().withTwin(twin));
    long elements = (long) size * size;
    a = backend.memory().allocate(elements * Float.BYTES);
    b = backend.memory().allocate(elements * Float.BYTES);
    c = backend.memory().allocate(elements * Float.BYTES);
    backend.random().normal(a.address(), elements, 0, 1, 1, 0);
    backend.random().normal(b.address(), elements, 0, 1, 2, 0);
    product();
    check();
  }

  private void product() {
    Gemm.Shape shape = Gemm.Shape.dense(false, false, size, size, size);
    backend.gemm().multiply(shape, a.address(), b.address(), 0, c.address());
  }

  private void check() {
    float[] left = floats(a);
    float[] right = floats(b);
    float[] result = floats(c);
    for (int i = 0; i < CHECKED; i++) {
      int row = i * (size - 1) / (CHECKED - 1);
      int column = size - 1 - row;
      double sum = 0;
      double magnitude = 0;
      for (int k = 0; k < size; k++) {
        double term = (double) left[row * size + k] * right[k * size + column];
        sum += term;
        magnitude += Math.abs(term);
      }
      double tolerance = 4 * Math.sqrt(size) * 0x1p-24 * magnitude;
      double difference = Math.abs(result[row * size + column] - sum);
      if (!(difference <= tolerance)) {
        throw new IllegalStateException(
            "[%d, %d] is off by %g, allowed %g".formatted(row, column, difference, tolerance));
      }
    }
  }

  private float[] floats(Memory.Buffer buffer) {
    float[] values = new float[size * size];
    backend.memory().copyOut(buffer.address(), MemorySegment.ofArray(values));
    return values;
  }

  /** One product. */
  @Benchmark
  public void matmul(Work work) {
    product();
    work.flops += 2.0 * size * size * size;
  }

  /** Frees the operands. */
  @TearDown(Level.Trial)
  public void close() {
    backend.memory().release(a);
    backend.memory().release(b);
    backend.memory().release(c);
    backend.close();
  }
}
