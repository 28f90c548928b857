package dev.kernite.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * How far long work is: a bar with rate and time left on a terminal, a plain line now and then
 * elsewhere. Always on standard error.
 */
final class Progress implements AutoCloseable {
  /** Columns of the terminal on standard error; the launcher sets it, and only for a terminal. */
  static final String COLUMNS_PROPERTY = "kernite.terminal.columns";

  private static final int FEWEST_COLUMNS = 40;
  private static final long NANOS_BETWEEN_LINES = Duration.ofSeconds(10).toNanos();

  /**
   * What is counted.
   *
   * @param name as many of it are called
   * @param size how many of what {@link #at} is given make one
   */
  record Unit(String name, long size) {}

  /** For amounts in bytes. */
  static final Unit MEGABYTES = new Unit("MB", 1_000_000);

  private final PrintStream err;
  private final String task;
  private final Unit unit;
  private final long total;
  private final ProgressBar bar; // null: plain lines
  private final LongSupplier nanos;
  private final long start;
  private final long firstDone;
  private long lastLine;

  private Progress(
      PrintStream err,
      String task,
      Unit unit,
      long done,
      long total,
      ProgressBar bar,
      LongSupplier nanos) {
    this.err = err;
    this.task = task;
    this.unit = unit;
    this.total = total;
    this.bar = bar;
    this.nanos = nanos;
    this.start = nanos.getAsLong();
    this.lastLine = start;
    this.firstDone = done;
  }

  /**
   * Starts to show progress.
   *
   * @param task what is being done: {@code training}
   * @param unit what is counted, in the singular: {@code step}
   * @param done how much was there before, when work is resumed
   * @param total how much there will be
   */
  static Progress start(PrintStream err, String task, String unit, long done, long total) {
    return start(err, task, new Unit(unit + "s", 1), done, total);
  }

  /** The same for what is counted in larger units. */
  static Progress start(PrintStream err, String task, Unit unit, long done, long total) {
    int columns = Integer.getInteger(COLUMNS_PROPERTY, 0);
    ProgressBar bar = columns < FEWEST_COLUMNS ? null : bar(err, task, unit, done, total, columns);
    return new Progress(err, task, unit, done, total, bar, System::nanoTime);
  }

  private static ProgressBar bar(
      PrintStream err, String task, Unit unit, long done, long total, int columns) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setUnit(" " + unit.name(), unit.size())
        .setInitialMax(total)
        .startsFrom(done, Duration.ZERO)
        .setStyle(ProgressBarStyle.ASCII)
        .showSpeed()
        .setUpdateIntervalMillis(500)
        .setConsumer(new ConsoleProgressBarConsumer(err, columns))
        .build();
  }

  /**
   * Tells how far the work is.
   *
   * @param done of the total
   * @param note what else is worth seeing: {@code loss 2.31}
   */
  void at(long done, String note) {
    if (bar != null) {
      bar.setExtraMessage(" " + note);
      bar.stepTo(done);
      return;
    }
    long now = nanos.getAsLong();
    if (done < total && now - lastLine < NANOS_BETWEEN_LINES) {
      return;
    }
    lastLine = now;
    err.println(line(done, now, note));
  }

  private String line(long done, long now, String note) {
    double seconds = Math.max(now - start, 1) / 1e9;
    double rate = (done - firstDone) / seconds;
    long left = rate > 0 ? Math.round((total - done) / rate) : 0;
    return String.format(
        Locale.ROOT,
        "%s: %d of %d %s, %.3g %s/s, %s left, %s",
        task,
        done / unit.size(),
        total / unit.size(),
        unit.name(),
        rate / unit.size(),
        unit.name(),
        clock(left),
        note);
  }

  private static String clock(long seconds) {
    return "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
