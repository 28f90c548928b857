package dev.kernite.cli;

import dev.kernite.models.hub.HubListener;
import java.io.PrintStream;

/** Shows how far the files of a model are, and what a hub has to say. */
final class HubProgress implements HubListener, AutoCloseable {
  /** What is smaller is there before anybody looks. */
  private static final long SHOWN_BYTES = 4_000_000;

  private final PrintStream err;
  private Progress bar; // null: nothing large is being fetched
  private long total;

  HubProgress(PrintStream err) {
    this.err = err;
  }

  @Override
  public void message(String line) {
    err.println(line);
  }

  @Override
  public void progress(String file, long done, long total) {
    if (total < SHOWN_BYTES) {
      return;
    }
    if (bar == null || total != this.total) {
      close();
      this.total = total;
      bar = Progress.start(err, "downloading", Progress.MEGABYTES, done, total);
    }
    bar.at(done, file);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
