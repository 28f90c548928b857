package dev.kernite.bench.peers;

import dev.kernite.models.measure.Stopwatch;

/**
 * One engine's way to do a piece of work.
 *
 * @param engine its name
 * @param variant which of its ways, empty where it has one
 * @param bytes that it reads and writes at least; 0 for as many as the work says
 * @param work what is timed
 * @param export copies the result into the work's own output, where it has to be elsewhere: not
 *     timed, done before the result is checked
 */
public record Entrant(String engine, String variant, double bytes, Runnable work, Runnable export)
    implements Stopwatch.Contestant {

  /** One that writes its result in place. */
  public Entrant(String engine, String variant, Runnable work) {
    this(engine, variant, 0, work, () -> {});
  }

  /** One that writes its result elsewhere. */
  public Entrant(String engine, String variant, Runnable work, Runnable export) {
    this(engine, variant, 0, work, export);
  }

  /** The same for narrower operands. */
  public Entrant withBytes(double bytes) {
    return new Entrant(engine, variant, bytes, work, export);
  }

  @Override
  public void run() {
    work.run();
  }
}
