package dev.kernite.bench;

import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.models.measure.AttentionWork;
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

/** How long does causal attention take, forward and backward, as sequences get longer? */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class AttentionBenchmark {
  /** Tokens. */
  @Param({"128", "1024"})
  public int time;

  /** Whether the gradients are computed. */
  @Param({"false", "true"})
  public boolean backward;

  /** Threads of the backend. */
  @Param({"1", "2"})
  public int threads;

  private CpuBackend backend;
  private AttentionWork work;

  /** Fills the operands and checks the result against float64. */
  @Setup(Level.Trial)
  public void prepare() {
    backend = CpuBackend.open(CpuOptions.defaults().withThreads(threads));
    work = new AttentionWork(backend, backward, 12, time, 64);
    work.run();
    work.check();
  }

  /** One run. */
  @Benchmark
  public void attention() {
    work.run();
  }

  /** Frees the operands. */
  @TearDown(Level.Trial)
  public void close() {
    work.close();
    backend.close();
  }
}
