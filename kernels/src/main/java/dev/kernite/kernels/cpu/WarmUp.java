package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.LANES;

import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.WeightType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Has the JIT compile the kernels of inference before the first real work comes, on another thread
 * while a model is read.
 *
 * <p>Until a kernel is compiled, each of its vector operations is a call that allocates: it runs a
 * hundred times slower, and, worse, those calls are then the busiest methods there are, so that the
 * JIT compiles them first, for seconds. So a kernel is called thousands of times with nothing to
 * do, which its counter does not tell from work, a few times with little to do, which shows the JIT
 * its loops, and products wait until the most important ones are ready.
 */
final class WarmUp {
  private static final AtomicReference<WarmUp> CURRENT = new AtomicReference<>();

  /** Rows of the tiles that are prepared first, beside those of one row. */
  private static final int FIRST_ROWS = 4;

  private static volatile int tileRows = Tiles.ROWS;

  /** Calls with nothing to do before and after each example. */
  private static final int CALLS = 2_500;

  /** Calls with nothing to do, each time a kernel turns out not to be compiled yet. */
  private static final int MORE_CALLS = 6_000;

  /** Examples: one is not enough, since the first calls of a method are not observed. */
  private static final int EXAMPLES = 3;

  /** Size of the work of an example: the least is 1. */
  private static final int EXAMPLE = 2;

  /** A call of the least size takes much longer than this before, and much less once compiled. */
  private static final long COMPILED_NANOS = 2_000;

  private static final long AT_MOST = TimeUnit.MILLISECONDS.toNanos(1_500);
  private static final long PAUSE_MILLIS = 5;

  /** Bytes that the calls read and write: more than any of them needs. */
  private static final long ROOM = 8 << 10;

  private final long start = System.nanoTime();
  private final CountDownLatch first = new CountDownLatch(1);
  private final float[] a = new float[Tiles.ROWS * EXAMPLE * LANES];
  private final long room;

  private WarmUp(long room) {
    this.room = room;
  }

  /** One call of a kernel. */
  @FunctionalInterface
  private interface Call {
    /**
     * Calls it.
     *
     * @param size of the work: 0 for none, 1 for the least, {@link #EXAMPLE} for all of its loops
     */
    void run(int size);
  }

  /** Starts the thread, the first time this is called in a process; it ends by itself. */
  static void start() {
    if (CURRENT.get() != null) {
      return;
    }
    HostMemory memory = new HostMemory(1 << 20, false);
    Buffer buffer = memory.allocate(ROOM);
    memory.zero(buffer.address(), buffer.bytes());
    WarmUp warmUp = new WarmUp(buffer.address());
    if (!CURRENT.compareAndSet(null, warmUp)) {
      memory.close();
      return;
    }
    tileRows = FIRST_ROWS;
    Runnable work =
        () -> {
          try (memory) {
            warmUp.run();
          }
        };
    Thread.ofPlatform().daemon().name("kernite-warm-up").start(work);
  }

  /** Waits for the most important kernels if they are just being prepared, but not for long. */
  static void await() {
    WarmUp current = CURRENT.get();
    if (current != null && current.first.getCount() > 0) {
      try {
        long left = AT_MOST - (System.nanoTime() - current.start);
        boolean _ = current.first.await(left, TimeUnit.NANOSECONDS);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt(); // the kernels work all the same
      }
    }
  }

  /** Rows that products should take at a time: fewer while the other kernels are not compiled. */
  static int tileRows() {
    return tileRows;
  }

  private void run() {
    try {
      prepare(firstNeeded());
      first.countDown();
      prepare(neededLater());
    } finally {
      first.countDown();
      tileRows = Tiles.ROWS;
    }
  }

  /** What a short prompt and the steps after it need. */
  private List<Call> firstNeeded() {
    VectorTiles tiles = new VectorTiles();
    List<Call> calls = new ArrayList<>();
    calls.add(rows(WeightType.FLOAT32, FIRST_ROWS));
    calls.add(row(WeightType.FLOAT32, 4));
    calls.add(row(WeightType.FLOAT32, 2));
    calls.add(rows(WeightType.FLOAT32, 1));
    calls.add(size -> ActivationKernels.geluTanh(room, room, values(size)));
    calls.add(size -> ActivationKernels.geluErf(room, room, values(size)));
    calls.add(size -> ReductionKernels.sum(room, values(size)));
    calls.add(size -> ReductionKernels.squares(room, values(size), 0));
    calls.add(size -> NormKernels.normalise(room, room, room, room, values(size), 0, 1));
    calls.add(size -> NormKernels.residual(room, room, room, values(size)));
    calls.add(size -> BinaryKernels.add(room, BYTES, room, BYTES, room, values(size)));
    Tiles narrow = tiles.forColumns(1);
    for (Tiles either : narrow == tiles ? List.of(tiles) : List.of(tiles, narrow)) {
      calls.add(inPlace(either, FIRST_ROWS));
      calls.add(inPlace(either, 1));
    }
    calls.add(size -> tiles.add(room, 0, room, 0, 1, (int) values(size)));
    calls.add(size -> ScoreKernels.scale(room, values(size), 1));
    calls.add(size -> ScoreKernels.exp(room, values(size), 1, 1, room, ScoreRows.LANES));
    calls.add(size -> ScoreKernels.addRows(room, room, size, room, BYTES, LANES));
    calls.add(size -> ScoreKernels.divide(room, 1, room, values(size)));
    if (tiles.prefersDots()) {
      calls.add(interleave(FIRST_ROWS));
      calls.add(size -> TransposeKernels.dots(room, room, BYTES, room, size * LANES));
    }
    return calls;
  }

  private List<Call> neededLater() {
    VectorTiles tiles = new VectorTiles();
    List<Call> calls = new ArrayList<>();
    if (tiles.prefersDots()) {
      calls.add(size -> TransposeKernels.transpose(room, 4, size * LANES, room, 4));
    }
    for (int rows : new int[] {6, 5, 3, 2}) {
      calls.add(rows(WeightType.FLOAT32, rows));
    }
    calls.add(row(WeightType.BFLOAT16, 4));
    calls.add(rows(WeightType.BFLOAT16, 4));
    calls.add(row(WeightType.BFLOAT16, 2));
    for (int rows : new int[] {6, 5, 3, 2}) {
      calls.add(inPlace(tiles, rows));
      calls.add(inPlace(tiles.forColumns(1), rows));
      if (tiles.prefersDots()) {
        calls.add(interleave(rows));
      }
    }
    return calls;
  }

  private Call interleave(int rows) {
    return size -> InterleaveKernels.interleave(rows, room, BYTES, size * LANES, a, 0);
  }

  private Call rows(WeightType type, int rows) {
    Panels panels = VectorTiles.panels(type);
    return size -> panels.multiply(rows, a, 0, room, BYTES, room, BYTES, size);
  }

  private Call inPlace(Tiles tiles, int rows) {
    return size -> tiles.multiply(rows, room, 4, 4, room, 4, room, 4, size == 0 ? -1 : size);
  }

  private Call row(WeightType type, int count) {
    Panels panels = VectorTiles.panels(type);
    return size -> panels.multiplyRow(count, a, 0, room, BYTES, BYTES, room, size);
  }

  /** Values for a row kernel; those of an example fill no whole number of steps. */
  private static long values(int size) {
    return size < EXAMPLE ? (long) size * LANES : 9L * LANES + 3;
  }

  private static void prepare(List<Call> calls) {
    for (Call call : calls) {
      for (int i = 0; i < EXAMPLES; i++) {
        repeat(call, CALLS);
        call.run(EXAMPLE);
      }
    }
    long start = System.nanoTime();
    List<Call> left = new ArrayList<>(calls);
    while (!left.isEmpty() && System.nanoTime() - start < AT_MOST) {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException _) {
        return; // nobody does that
      }
      left.forEach(call -> repeat(call, MORE_CALLS));
      left.removeIf(WarmUp::isCompiled);
    }
  }

  private static boolean isCompiled(Call call) {
    long start = System.nanoTime();
    call.run(1);
    return System.nanoTime() - start < COMPILED_NANOS;
  }

  private static void repeat(Call call, int times) {
    for (int i = 0; i < times; i++) {
      call.run(0);
    }
  }
}
