package dev.kernite.kernels.cpu;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.BinaryFunction;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.PackedGemm.Matrix;
import dev.kernite.kernels.UnaryFunction;
import dev.kernite.kernels.WeightType;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs the kernels of inference on next to nothing, again and again, so that the JIT has compiled
 * them when the first real work comes. Until then a kernel runs a hundred times slower: every
 * vector operation is a call that allocates. Reading a model takes about as long as this does, on
 * another thread; what is warmed is what a first prompt needs, in that order.
 */
final class WarmUp {
  private static final AtomicBoolean STARTED = new AtomicBoolean();

  /** Rounds after which the JIT's counters have called for the optimising compiler. */
  private static final int ROUNDS = 700;

  private static final long AT_MOST = TimeUnit.SECONDS.toNanos(2);

  /** Summands of a product: loops count as well as calls. */
  private static final int SUMMANDS = 24;

  private static final int COLUMNS = 64;

  /** So many that one row takes four panels at a time. */
  private static final int MANY_COLUMNS = 64 * COLUMNS;

  private final KernelSet kernels;
  private final long room;

  private WarmUp(KernelSet kernels, long room) {
    this.kernels = kernels;
    this.room = room;
  }

  /** Starts the thread, the first time this is called in a process; it ends by itself. */
  static void start() {
    if (STARTED.compareAndSet(false, true)) {
      Thread.ofPlatform().daemon().name("kernite-warm-up").start(WarmUp::run);
    }
  }

  private static void run() {
    Workers workers = new Workers(1);
    HostMemory memory = new HostMemory(64 << 20, false);
    try {
      long bytes = 4L * (SUMMANDS + 2) * MANY_COLUMNS;
      Buffer buffer = memory.allocate(bytes);
      memory.zero(buffer.address(), bytes);
      new WarmUp(VectorTwin.create(workers, memory), buffer.address()).rounds();
    } finally {
      memory.close();
      workers.close();
    }
  }

  /** What a short prompt and the steps after it need comes first, what longer ones need later. */
  private void rounds() {
    rounds(
        () -> {
          product(WeightType.FLOAT32, 4);
          block(4);
          oneRow(WeightType.FLOAT32);
          block(1);
        });
    rounds(
        () -> {
          product(WeightType.FLOAT32, Tiles.ROWS);
          product(WeightType.FLOAT32, 5);
          product(WeightType.FLOAT32, 3);
          product(WeightType.BFLOAT16, 4);
          oneRow(WeightType.BFLOAT16);
        });
  }

  private static void rounds(Runnable round) {
    long start = System.nanoTime();
    for (int i = 0; i < ROUNDS && System.nanoTime() - start < AT_MOST; i++) {
      round.run();
    }
  }

  private void product(WeightType type, int rows) {
    product(type, rows, COLUMNS);
  }

  /** A task of one row takes one, two or four panels at a time. */
  private void oneRow(WeightType type) {
    product(type, 1, COLUMNS);
    product(type, 1, 2 * COLUMNS);
    product(type, 1, MANY_COLUMNS);
  }

  private void product(WeightType type, int rows, int columns) {
    Matrix b = new Matrix(type, SUMMANDS, columns, room);
    long a = room + 4L * SUMMANDS * MANY_COLUMNS;
    long c = a + 4L * MANY_COLUMNS;
    kernels.packedGemm().multiply(b, rows, a, SUMMANDS, a, UnaryFunction.GELU_TANH, c);
  }

  /** The rest of a transformer block, on a few positions. */
  private void block(int rows) {
    int width = COLUMNS;
    long x = room;
    long y = room + 8L * width * width;
    long n = (long) rows * width;
    kernels.norm().layerNorm(x, x, x, y, 0, 0, rows, width, 1);
    long[] sizes = {n};
    long[] dense = {1};
    kernels.elementwise().binary(BinaryFunction.ADD, x, dense, x, dense, y, sizes);
    Attention.Strides heads = new Attention.Strides(n, width, width);
    Attention.ScoreStrides none = Attention.ScoreStrides.NONE;
    kernels
        .attention()
        .forward(
            new Attention.Shape(
                1, 1, rows, rows + 4, width, heads, heads, heads, heads, none, none, true, 1),
            x,
            x,
            x,
            0,
            0,
            y,
            0);
  }
}
