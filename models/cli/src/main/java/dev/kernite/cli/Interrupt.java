package dev.kernite.cli;

import org.jline.utils.Signals;

/**
 * Ctrl-C and SIGTERM as a flag that long work polls, so that it can stop at a clean point: a
 * checkpoint written, the text so far kept. A second signal ends the process at once.
 *
 * <p>Between {@link #listen()} and {@link #close()} the first signal only sets the flag; outside it
 * ends the process, which is right for short commands.
 */
final class Interrupt implements AutoCloseable {
  private static final String[] SIGNALS = {"INT", "TERM"};

  private final Object[] previous = new Object[SIGNALS.length];
  private final Runnable first;
  private volatile boolean requested;

  private Interrupt(Runnable first) {
    this.first = first;
  }

  /** Starts to listen. */
  static Interrupt listen() {
    return listen(() -> {});
  }

  /**
   * Starts to listen.
   *
   * @param first run by the thread of the first signal
   */
  static Interrupt listen(Runnable first) {
    Interrupt interrupt = new Interrupt(first);
    for (int i = 0; i < SIGNALS.length; i++) {
      interrupt.previous[i] = Signals.register(SIGNALS[i], interrupt::onSignal);
    }
    return interrupt;
  }

  private void onSignal() {
    if (requested) {
      Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
    }
    requested = true;
    first.run();
  }

  /** True once the user asked to stop; cheap enough for every step or token. */
  boolean requested() {
    return requested;
  }

  /** The command's exit code: 130 if it was asked to stop, else 0. */
  int exitCode() {
    return requested ? ExitCode.INTERRUPTED : ExitCode.OK;
  }

  @Override
  public void close() {
    for (int i = 0; i < SIGNALS.length; i++) {
      Signals.unregister(SIGNALS[i], previous[i]);
    }
  }
}
