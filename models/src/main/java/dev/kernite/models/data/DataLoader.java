package dev.kernite.models.data;

import dev.kernite.models.ModelException;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Draws;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Batches of a {@link Dataset}, made by a thread of its own while the batch before is used.
 *
 * <pre>{@code
 * try (Mnist mnist = Mnist.cached();
 *     DataLoader batches =
 *         new DataLoader(mnist.training().scaled(PixelScale.SIGNED), LoaderOptions.shuffled(64, 1))) {
 *   for (long step = 0; step < 30 * batches.stepsPerEpoch(); step++) {
 *     try (Scope scope = engine.scope()) {
 *       Tensor real = batches.batch(step).items(engine); // [64, 1, 28, 28]
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>A batch follows from the seed and its step alone: step {@code epoch * stepsPerEpoch() + n} is
 * batch n of an epoch, whatever was asked for before. So a run that resumes at a step sees the same
 * batches as one that never stopped. Steps that follow each other are made ahead; a jump forgets
 * what was made ahead and costs the time of one batch. For use by one thread.
 */
public final class DataLoader implements BatchSource<ItemBatch>, AutoCloseable {
  /** Names the streams of this class ("ITEM"); an epoch is added. */
  private static final long STREAM = 0x4954_454DL << 32;

  private final Dataset data;
  private final LoaderOptions options;
  private final long stepsPerEpoch;
  private final Arena arena = Arena.ofShared();
  private final Deque<BatchBuffer> free = new ArrayDeque<>();

  /** In order of their steps, no step left out. */
  private final Deque<Ahead> ahead = new ArrayDeque<>();

  /** One thread, so what it does to a buffer is over before it begins with the next. */
  private final ExecutorService worker =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("kernite-data").factory());

  private BatchBuffer handedOut;
  private long stallNanos;

  /** The order of one epoch; the worker's. */
  private int[] order;

  private long orderedEpoch = -1;

  private record Ahead(long step, BatchBuffer buffer, Future<Integer> size) {}

  /**
   * Prepares the buffers; nothing is read yet.
   *
   * @throws ModelException if the items do not fill a batch and smaller ones are dropped
   */
  public DataLoader(Dataset data, LoaderOptions options) {
    this.data = data;
    this.options = options;
    int size = options.batchSize();
    this.stepsPerEpoch = options.dropLast() ? data.size() / size : Math.ceilDiv(data.size(), size);
    if (stepsPerEpoch == 0) {
      throw new ModelException(
          "%d items do not fill a batch of %d; choose a smaller batch, or keep the last one"
              .formatted(data.size(), size));
    }
    for (int i = 0; i <= options.prefetch(); i++) {
      free.add(new BatchBuffer(data.itemShape(), Math.min(size, data.size()), arena));
    }
  }

  /**
   * The batch of a step; it ends when the next one is asked for.
   *
   * @throws ModelException if an item cannot be read, the thread is interrupted or the loader
   *     closed
   */
  @Override
  public ItemBatch batch(long step) {
    if (step < 0 || worker.isShutdown()) {
      throw new ModelException(
          "batch of step %d: %s"
              .formatted(step, step < 0 ? "the first step is 0" : "the data loader was closed"));
    }
    takeBack();
    if (!ahead.isEmpty() && ahead.getFirst().step() != step) {
      forgetAhead();
    }
    long next = ahead.isEmpty() ? step : ahead.getLast().step() + 1;
    for (; !free.isEmpty(); next++) {
      makeAhead(next);
    }
    Ahead made = ahead.removeFirst();
    handedOut = made.buffer();
    return new ItemBatch(made.buffer(), await(made));
  }

  private void takeBack() {
    if (handedOut != null) {
      handedOut.endLease();
      free.add(handedOut);
      handedOut = null;
    }
  }

  private void makeAhead(long step) {
    BatchBuffer buffer = free.remove();
    ahead.add(new Ahead(step, buffer, worker.submit(() -> fill(buffer, step))));
  }

  private void forgetAhead() {
    for (Ahead made : ahead) {
      made.size().cancel(false);
      free.add(made.buffer());
    }
    ahead.clear();
  }

  private int await(Ahead made) {
    long from = System.nanoTime();
    try {
      return made.size().get();
    } catch (ExecutionException e) {
      throw new ModelException(
          "batch %d of epoch %d: %s"
              .formatted(
                  made.step() % stepsPerEpoch,
                  made.step() / stepsPerEpoch,
                  e.getCause() instanceof ModelException known
                      ? known.getMessage()
                      : e.getCause().toString()),
          e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelException("interrupted while waiting for a batch", e);
    } finally {
      stallNanos += System.nanoTime() - from;
    }
  }

  /** The worker's part; returns the number of items. */
  private int fill(BatchBuffer buffer, long step) {
    arrange(step / stepsPerEpoch);
    int first = (int) (step % stepsPerEpoch) * options.batchSize();
    int count = Math.min(options.batchSize(), data.size() - first);
    for (int row = 0; row < count; row++) {
      buffer.put(row, data, order[first + row]);
    }
    return count;
  }

  private void arrange(long epoch) {
    if (order == null) {
      order = IntStream.range(0, data.size()).toArray();
    }
    if (options.shuffled() && epoch != orderedEpoch) {
      order = new Draws(options.seed(), STREAM + epoch).permutation(data.size(), 0);
      orderedEpoch = epoch;
    }
  }

  @Override
  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  @Override
  public long fingerprint() {
    return data.fingerprint();
  }

  /** Nanoseconds that {@link #batch} has waited for the worker, in all. */
  public long stallNanos() {
    return stallNanos;
  }

  /** Ends the thread and frees the buffers; the data stays open. Closing again does nothing. */
  @Override
  public void close() {
    if (worker.isShutdown()) {
      return;
    }
    takeBack();
    forgetAhead();
    worker.shutdownNow();
    worker.close();
    arena.close();
  }
}
