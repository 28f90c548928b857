package dev.kernite.test.kernels;

import com.sun.management.ThreadMXBean;
import dev.kernite.kernels.Attention;
import dev.kernite.kernels.BatchNorm;
import dev.kernite.kernels.Conv;
import dev.kernite.kernels.Gemm;
import dev.kernite.kernels.PackedGemm;
import dev.kernite.kernels.Pool;
import dev.kernite.kernels.Roofs;
import dev.kernite.kernels.SlidingWindow;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.WeightType;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuProbe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Runs each hot kernel until it is compiled, then measures it: the program that {@link
 * JitGuardTest} starts in a JVM of its own. Writes a line a kernel: its name, the part of the
 * machine's roof it reaches (thread CPU time, best batch), and the bytes a call allocates on the
 * heap, into the file it is given: the JIT writes on standard output.
 */
final class KernelRounds {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final double BATCH_SECONDS = 0.02;
  private static final double SETTLED_SECONDS = 0.6;
  private static final double MOST_SECONDS = 6;
  private static final double FASTER = 0.97;

  private final CpuBackend cpu =
      CpuBackend.open(CpuOptions.defaults().withTwin(CpuOptions.Twin.VECTOR).withThreads(1));
  private final Roofs roofs = CpuProbe.measure(1);

  private KernelRounds() {}

  /**
   * Measures.
   *
   * @param args the file to write
   */
  public static void main(String[] args) throws IOException {
    KernelRounds rounds = new KernelRounds();
    List<String> lines = rounds.works().stream().map(rounds::measure).toList();
    rounds.cpu.close();
    Files.write(Path.of(args[0]), lines);
  }

  /**
   * A kernel with its operands.
   *
   * @param flops floating-point operations of a call
   * @param bytes bytes it must read from and write to memory, 0 if all stays in caches
   */
  private record Work(String name, double flops, double bytes, Runnable call) {}

  private List<Work> works() {
    List<Work> works = new ArrayList<>();
    for (WeightType type : WeightType.values()) {
      for (int rows : new int[] {1, 6, 48}) {
        works.add(packedProduct(type, rows, 512, 512));
      }
      works.add(packedProduct(type, 1, 64, 4096));
    }
    works.add(product(false));
    works.add(product(true));
    works.add(attention("attention", HEAD_DIM));
    works.add(attention("attention of narrow heads", HEAD_DIM / 2));
    works.add(attentionGradient());
    long n = 1 << 16;
    long x = floats(n);
    long y = floats(n);
    for (UnaryFunction f :
        List.of(UnaryFunction.GELU_TANH, UnaryFunction.GELU_ERF, UnaryFunction.TANH)) {
      works.add(new Work(f.name(), 40.0 * n, 0, () -> cpu.elementwise().unary(f, x, y, n, 0, 0)));
    }
    works.add(
        new Work(
            "gelu gradient",
            50.0 * n,
            0,
            () -> cpu.elementwise().unaryGrad(UnaryFunction.GELU_TANH, x, x, x, y, n, 0, 0)));
    works.add(new Work("softmax", 30.0 * n, 0, () -> cpu.softmax().softmax(x, y, n / 512, 512, 1)));
    works.add(
        new Work(
            "layer norm",
            8.0 * n,
            0,
            () -> cpu.norm().layerNorm(x, x, x, y, 0, 0, n / 512, 512, 1e-5f)));
    convolutions(works, 64, 128, 14);
    convolutions(works, 1, 64, 28);
    pooling(works);
    batchNorm(works);
    return works;
  }

  /** Windows of 4 x 4 with stride 2, as in a DCGAN. */
  private void convolutions(List<Work> works, int in, int out, int size) {
    SlidingWindow window = new SlidingWindow(4, 4, 2, 2, 1, 1, 1, 1);
    Conv.Shape s = new Conv.Shape(8, 1, in, size, size, out, size / 2, size / 2, window);
    long x = floats(s.batch() * s.inChannels() * s.inPixels());
    long y = floats(s.batch() * s.outChannels() * s.outPixels());
    long w = floats((long) s.outChannels() * s.patch());
    double flops = 2.0 * s.batch() * s.outChannels() * s.outPixels() * s.patch();
    String channels = " of %d to %d channels".formatted(in, out);
    works.add(
        new Work("convolution" + channels, flops, 0, () -> cpu.conv().forward(s, x, w, w, y)));
    works.add(
        new Work(
            "transposed convolution" + channels,
            flops,
            0,
            () -> cpu.conv().transposed(s, y, w, w, x)));
    works.add(
        new Work("weight gradient" + channels, flops, 0, () -> cpu.conv().weightGrad(s, x, y, w)));
  }

  private void pooling(List<Work> works) {
    Pool.Shape s = new Pool.Shape(64, 28, 28, 14, 14, new SlidingWindow(3, 3, 2, 2, 1, 1, 1, 1));
    Pool.Divisor divisor = new Pool.Divisor(0, true);
    long x = floats(64 * 28 * 28);
    long y = floats(64 * 14 * 14);
    long indices = floats(64 * 14 * 14);
    double flops = 10.0 * 64 * 28 * 28;
    works.add(new Work("max pooling", flops, 0, () -> cpu.pool().maxPool(s, x, y, indices)));
    works.add(new Work("average pooling", flops, 0, () -> cpu.pool().avgPool(s, divisor, x, y)));
    works.add(
        new Work(
            "average pooling gradient", flops, 0, () -> cpu.pool().avgPoolGrad(s, divisor, y, x)));
  }

  private void batchNorm(List<Work> works) {
    BatchNorm.Shape s = new BatchNorm.Shape(16, 64, 49);
    long n = s.count() * s.channels();
    long x = floats(n);
    long dy = floats(n);
    long dx = floats(n);
    long mean = floats(64);
    long weight = floats(64);
    long variance = floats(64);
    cpu.batchNorm().statistics(s, x, mean, variance);
    works.add(
        new Work(
            "batch norm statistics",
            8.0 * n,
            0,
            () -> cpu.batchNorm().statistics(s, x, mean, variance)));
    works.add(
        new Work(
            "batch norm",
            4.0 * n,
            0,
            () -> cpu.batchNorm().normalise(s, x, mean, variance, weight, weight, 1e-5f, dx)));
    works.add(
        new Work(
            "batch norm gradient",
            10.0 * n,
            0,
            () -> cpu.batchNorm().grad(s, true, x, mean, variance, weight, 1e-5f, dy, dx, 0, 0)));
  }

  private Work packedProduct(WeightType type, int rows, long k, long n) {
    PackedGemm gemm = cpu.packedGemm();
    long packed = cpu.memory().allocate(gemm.bytes(type, k, n)).address();
    PackedGemm.Matrix b = new PackedGemm.Matrix(type, k, n, packed);
    gemm.pack(WeightType.FLOAT32, floats(k * n), false, b);
    long a = floats(rows * k);
    long c = floats(rows * n);
    return new Work(
        "packed product of %d rows by %d columns, %s".formatted(rows, n, type),
        2.0 * rows * k * n,
        0,
        () -> gemm.multiply(b, rows, a, k, a, null, c));
  }

  private Work product(boolean transposed) {
    long size = 256;
    long a = floats(size * size);
    long b = floats(size * size);
    long c = floats(size * size);
    Gemm.Shape shape = Gemm.Shape.dense(transposed, transposed, size, size, size);
    return new Work(
        transposed ? "product of transposed operands" : "product",
        2.0 * size * size * size,
        0,
        () -> cpu.gemm().multiply(shape, a, b, 0, c));
  }

  private static final int TIME = 256;
  private static final int HEAD_DIM = 64;

  private static Attention.Shape causal(int headDim) {
    Attention.Strides heads = new Attention.Strides(TIME * headDim, TIME * headDim, headDim);
    Attention.ScoreStrides none = Attention.ScoreStrides.NONE;
    return new Attention.Shape(
        1, 1, TIME, TIME, headDim, heads, heads, heads, heads, none, none, true, 0.125f);
  }

  private Work attention(String name, int headDim) {
    long[] x = operands(4);
    long lse = floats(TIME);
    return new Work(
        name,
        2.0 * TIME * TIME * headDim,
        0,
        () -> cpu.attention().forward(causal(headDim), x[0], x[1], x[2], 0, 0, x[3], lse));
  }

  private Work attentionGradient() {
    long[] x = operands(8);
    long lse = floats(TIME);
    Attention.Shape s = causal(HEAD_DIM);
    cpu.attention().forward(s, x[0], x[1], x[2], 0, 0, x[3], lse);
    return new Work(
        "attention gradient",
        5.0 * TIME * TIME * HEAD_DIM,
        0,
        () ->
            cpu.attention()
                .backward(s, x[0], x[1], x[2], 0, 0, x[3], lse, x[4], x[5], x[6], x[7], 0));
  }

  private long[] operands(int count) {
    long[] addresses = new long[count];
    for (int i = 0; i < count; i++) {
      addresses[i] = floats(TIME * HEAD_DIM);
    }
    return addresses;
  }

  private long floats(long n) {
    long address = cpu.memory().allocate(4 * n).address();
    float[] values = Draw.values(new Random(n), (int) n);
    cpu.memory().copyIn(MemorySegment.ofArray(values), address);
    return address;
  }

  private String measure(Work work) {
    double best = Double.POSITIVE_INFINITY;
    long allocated = Long.MAX_VALUE;
    int batch = 1;
    // Until nothing has become faster for a while: the JIT is done with it.
    double settled = 0;
    for (double spent = 0; settled < SETTLED_SECONDS && spent < MOST_SECONDS; ) {
      long bytes = THREADS.getCurrentThreadAllocatedBytes();
      long start = THREADS.getCurrentThreadCpuTime();
      for (int j = 0; j < batch; j++) {
        work.call.run();
      }
      double seconds = (THREADS.getCurrentThreadCpuTime() - start) * 1e-9;
      spent += seconds;
      settled = seconds / batch < best * FASTER ? 0 : settled + seconds;
      best = Math.min(best, seconds / batch);
      allocated = Math.min(allocated, (THREADS.getCurrentThreadAllocatedBytes() - bytes) / batch);
      batch = seconds < BATCH_SECONDS ? 2 * batch : batch;
    }
    double part = roofs.seconds(work.flops, work.bytes) / best;
    return "%s\t%.4f\t%d".formatted(work.name, part, allocated);
  }
}
