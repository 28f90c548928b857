package dev.kernite.kernels.cuda;

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
import dev.kernite.kernels.cuda.driver.Context;
import dev.kernite.kernels.cuda.driver.Driver;
import dev.kernite.kernels.cuda.driver.DriverProbe;
import dev.kernite.kernels.cuda.driver.Scratch;
import java.util.List;

/**
 * The CUDA kernels on a device: an NVIDIA GPU ({@code cuda}), or the CPU through the driver library
 * of this project ({@code cuda-host}). Everything above the driver library is the same for both.
 *
 * <p>One thread submits work. Kernels run after the call that launched them has returned, so an
 * error may come to light at a later call; its message says so.
 */
public final class CudaBackend implements Backend {
  private final Context context;
  private final CudaMemory memory;
  private final Scratch scratch;
  private KernelSet kernels;

  private CudaBackend(Context context) {
    this.context = context;
    this.memory = new CudaMemory(context);
    this.scratch = new Scratch(memory);
    this.kernels = CudaKernels.create(context.kernels(), scratch, memory);
  }

  /**
   * Opens {@code cuda}: the first NVIDIA GPU.
   *
   * @throws dev.kernite.kernels.KernelException if there is none that works; the message says why
   */
  public static CudaBackend open() {
    return new CudaBackend(Context.open(Driver.CUDA));
  }

  /**
   * Opens {@code cuda-host}: the same kernels, run on the CPU.
   *
   * @throws dev.kernite.kernels.KernelException if this build cannot; the message says why
   */
  public static CudaBackend openHost() {
    return new CudaBackend(Context.open(Driver.CUDA_HOST));
  }

  /**
   * What {@link #open} would open, found out without opening it.
   *
   * @throws dev.kernite.kernels.KernelException with the reason if it would fail
   */
  public static String describe() {
    return DriverProbe.describe(Driver.CUDA);
  }

  /**
   * What {@link #openHost} would open, found out without opening it.
   *
   * @throws dev.kernite.kernels.KernelException with the reason if it would fail
   */
  public static String describeHost() {
    return DriverProbe.describe(Driver.CUDA_HOST);
  }

  /** Steps of the kernel ladder of an operation, by the operation's name; empty if it has none. */
  public static List<String> variants(String operation) {
    return Ladder.steps(operation);
  }

  /**
   * Puts a step of a kernel ladder in the place of the product kernel, for this backend's life.
   *
   * @param operation name as in {@code op list}
   * @param variant one of its {@link #variants}
   * @return this
   * @throws dev.kernite.kernels.KernelException if there is no such step; the message lists those
   *     that there are
   */
  public CudaBackend use(String operation, String variant) {
    kernels = with(operation, variant);
    return this;
  }

  /**
   * The kernels with a step of a kernel ladder in the place of the product kernel, beside those of
   * this backend and on the same memory: to compare the two.
   *
   * @param operation name as in {@code op list}
   * @param variant one of its {@link #variants}
   * @throws dev.kernite.kernels.KernelException if there is no such step; the message lists those
   *     that there are
   */
  public KernelSet with(String operation, String variant) {
    return Ladder.with(kernels, context.kernels(), scratch, operation, variant);
  }

  /**
   * The kernels with matrix products in mixed precision, beside those of this backend and on the
   * same memory: operands are rounded to bfloat16, multiplied on tensor cores and summed in
   * float32.
   */
  public KernelSet mixed() {
    return kernels.withGemm(new CudaMixedGemm(context.kernels()));
  }

  /**
   * Has matrix products computed as {@link #mixed}, for this backend's life. Those with packed
   * weights, attention and convolutions stay as they are.
   *
   * @return this
   */
  public CudaBackend useMixed() {
    kernels = mixed();
    return this;
  }

  @Override
  public String name() {
    return context.driver().device();
  }

  @Override
  public String description() {
    return name() + ": " + context.device().description();
  }

  @Override
  public int threads() {
    return 0;
  }

  @Override
  public Roofs measureRoofs() {
    return new CudaProbe(context, memory).measure();
  }

  /** Does nothing: the device's code is compiled, and images are loaded as they are used. */
  @Override
  public void warmUp() {}

  /** A CUDA graph: see {@link CudaRecording}. */
  @Override
  public Recording record(Runnable body) {
    return new CudaRecording(context, memory, body);
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
    context.close();
  }
}
