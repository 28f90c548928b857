package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Backend;
import dev.kernite.kernels.BatchNorm;
import dev.kernite.kernels.Conv;
import dev.kernite.kernels.Elementwise;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.Index;
import dev.kernite.kernels.KernelSet;
import dev.kernite.kernels.Layout;
import dev.kernite.kernels.Loss;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Norm;
import dev.kernite.kernels.Optim;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.Pool;
import dev.kernite.kernels.Random;
import dev.kernite.kernels.Recording;
import dev.kernite.kernels.Reduce;
import dev.kernite.kernels.Roofs;
import dev.kernite.kernels.Softmax;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The CPU: off-heap memory, worker threads, and one of two twins of every kernel, chosen once when
 * the backend is opened. Both twins keep the same contracts; the plain one needs no JVM flag.
 */
public final class CpuBackend implements Backend {
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private final Workers workers;
  private final HostMemory memory;
  private final KernelSet kernels;
  private final String description;
  private final boolean vector;

  private CpuBackend(
      Workers workers, HostMemory memory, KernelSet kernels, String description, boolean vector) {
    this.workers = workers;
    this.memory = memory;
    this.kernels = kernels;
    this.description = description;
    this.vector = vector;
  }

  /**
   * Opens the backend.
   *
   * @param options threads, twin, memory
   * @throws dev.kernite.kernels.KernelException when {@link CpuOptions.Twin#VECTOR} is asked for
   *     and cannot run; the message says why and which flag helps
   */
  public static CpuBackend open(CpuOptions options) {
    TwinChoice choice = TwinChoice.of(options.twin());
    String description = "cpu, %d threads: %s".formatted(options.threads(), choice.reason());
    log(choice, options, description);
    long limit = options.memoryLimit() > 0 ? options.memoryLimit() : HostMemory.physicalBytes();
    Workers workers = new Workers(options.threads());
    HostMemory memory = new HostMemory(limit, options.poison());
    KernelSet kernels =
        choice.vector() ? VectorTwin.create(workers, memory) : ScalarTwin.create(workers, memory);
    return new CpuBackend(workers, memory, kernels, description, choice.vector());
  }

  private static void log(TwinChoice choice, CpuOptions options, String description) {
    if (!LOGGED.add(description)) {
      return; // once a process is enough
    }
    Level level =
        choice.vector()
            ? Level.DEBUG
            : options.twin() == CpuOptions.Twin.SCALAR ? Level.INFO : Level.WARNING;
    Logger logger = System.getLogger(CpuBackend.class.getName());
    logger.log(level, description);
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public int threads() {
    return workers.threads();
  }

  @Override
  public Roofs measureRoofs() {
    return CpuProbe.measure(threads());
  }

  @Override
  public void warmUp() {
    if (vector) {
      WarmUp.start();
    }
  }

  /** A call of a kernel costs next to nothing here: the body runs each time. */
  @Override
  public Recording record(Runnable body) {
    return new Recording() {
      @Override
      public void run() {
        body.run();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Memory memory() {
    return memory;
  }

  @Override
  public Gemm gemm() {
    return kernels.gemm();
  }

  @Override
  public PackedGemm packedGemm() {
    return kernels.packedGemm();
  }

  @Override
  public Elementwise elementwise() {
    return kernels.elementwise();
  }

  @Override
  public Layout layout() {
    return kernels.layout();
  }

  @Override
  public Reduce reduce() {
    return kernels.reduce();
  }

  @Override
  public Softmax softmax() {
    return kernels.softmax();
  }

  @Override
  public Norm norm() {
    return kernels.norm();
  }

  @Override
  public Attention attention() {
    return kernels.attention();
  }

  @Override
  public Loss loss() {
    return kernels.loss();
  }

  @Override
  public Index index() {
    return kernels.index();
  }

  @Override
  public Random random() {
    return kernels.random();
  }

  @Override
  public Optim optim() {
    return kernels.optim();
  }

  @Override
  public Conv conv() {
    return kernels.conv();
  }

  @Override
  public Pool pool() {
    return kernels.pool();
  }

  @Override
  public BatchNorm batchNorm() {
    return kernels.batchNorm();
  }

  @Override
  public void close() {
    workers.close();
    memory.close();
  }
}
