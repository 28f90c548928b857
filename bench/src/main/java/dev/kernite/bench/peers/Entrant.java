package dev.kernite.bench.peers;

import dev.kernite.models.measure.Stopwatch;
import dev.kernite.models.measure.Workload;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * One engine's way to do a piece of work.
 *
 * @param engine its name
 * @param variant which of its ways, empty where it has one
 * @param bytes that it reads and writes at least; 0 for as many as the work says
 * @param repeat what is timed: does the work so many times
 * @param settled returns when the device has done all that was begun
 * @param verify fails unless the run just made gave the right result; not timed
 */
public record Entrant(
    String engine,
    String variant,
    double bytes,
    IntConsumer repeat,
    Runnable settled,
    Consumer<Workload> verify)
    implements Stopwatch.Contestant {

  /** One that writes its result in place. */
  public Entrant(String engine, String variant, Runnable work) {
    this(engine, variant, work, () -> {});
  }

  /**
   * One that writes its result elsewhere.
   *
   * @param export copies the result into the work's own output
   */
  public Entrant(String engine, String variant, Runnable work, Runnable export) {
    this(engine, variant, 0, repeated(work), () -> {}, exported(export));
  }

  private static IntConsumer repeated(Runnable work) {
    return times -> {
      for (int i = 0; i < times; i++) {
        work.run();
      }
    };
  }

  private static Consumer<Workload> exported(Runnable export) {
    return work -> {
      export.run();
      work.check();
    };
  }

  /** The same for narrower operands. */
  public Entrant withBytes(double bytes) {
    return new Entrant(engine, variant, bytes, repeat, settled, verify);
  }

  /** The same on a device that works while the caller goes on. */
  public Entrant withSettled(Runnable settled) {
    return new Entrant(engine, variant, bytes, repeat, settled, verify);
  }

  @Override
  public void run() {
    repeat.accept(1);
  }

  @Override
  public void run(int times) {
    repeat.accept(times);
  }

  @Override
  public void settle() {
    settled.run();
  }
}
