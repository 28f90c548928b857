package dev.kernite.bench;

import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.models.measure.RowWork;
import java.util.concurrent.TimeUnit;
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

/** How long does softmax take for rows that fit in a cache, and for those of a vocabulary? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class SoftmaxBenchmark {
  /** Rows and columns. */
  @Param({"1024x1024", "64x50257"})
  public String shape;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private CpuBackend backend;
  private RowWork work;

  /** Fills the operands and checks the result against float64. */
  @Setup(Level.Trial)
  public void prepare() {
    backend = CpuBackend.open(CpuOptions.defaults().withThreads(threads));
    work = RowWork.of(backend, RowWork.Function.SOFTMAX, shape);
    work.run();
    work.check();
  }

  /** One run. */
  @Benchmark
  public void softmax() {
    work.run();
  }

  /** Frees the operands. */
  @TearDown(Level.Trial)
  public void close() {
    work.close();
    backend.close();
  }
}
