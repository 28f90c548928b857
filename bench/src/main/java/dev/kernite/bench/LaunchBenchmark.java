package dev.kernite.bench;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.kernels.cuda.driver.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a launch cost in Java? The driver is the emulator's, told to do nothing when asked to
 * launch. {@code -prof gc} adds the bytes allocated a launch, which are to be none.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LaunchBenchmark {
  private static final MethodHandle LAUNCH = cuLaunchKernel();

  private Context context;
  private Kernel fill;
  private Kernel gradient;
  private long address;
  private int value;

  /** A call of the driver as the JVM makes it, whatever is around it: the floor. */
  @SuppressWarnings("restricted")
  private static MethodHandle cuLaunchKernel() {
    System.setProperty("kernite.cuda.host.launches", "none");
    Context.open(Driver.CUDA_HOST).close(); // the library stays loaded, and is found by its name
    return Linker.nativeLinker()
        .downcallHandle(
            SymbolLookup.libraryLookup("libcuda.so.1", Arena.global())
                .findOrThrow("cuLaunchKernel"),
            FunctionDescriptor.of(
                JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  }

  /** Opens the device, and loads the kernels by launching them. */
  @Setup(Level.Trial)
  public void prepare() {
    context = Context.open(Driver.CUDA_HOST);
    address = context.heap().allocate(4096).orElseThrow();
    fill = context.kernels().kernel("fill", "fill_u32");
    gradient = context.kernels().kernel("elementwise", "unary_grad_gelu_tanh");
    threeArguments();
    sevenArguments();
  }

  /** The call alone, with constant arguments. */
  @Benchmark
  public int call() throws Throwable {
    return (int) LAUNCH.invokeExact(address, 4, 1, 1, 256, 1, 1, 0, address, address, 0L);
  }

  /** A launch with arguments of 8, 4 and 8 bytes. */
  @Benchmark
  public void threeArguments() {
    fill.arg(address).arg(value++).arg(1024L).launch(4, 256);
  }

  /** A launch with five arguments of 8 bytes and two of 4. */
  @Benchmark
  public void sevenArguments() {
    gradient
        .arg(address)
        .arg(address)
        .arg(address)
        .arg(address)
        .arg(1024L)
        .arg(0.5f)
        .arg(1.5f)
        .launch(1, 256);
  }

  /** Gives the device back. */
  @TearDown(Level.Trial)
  public void close() {
    context.close();
  }
}
