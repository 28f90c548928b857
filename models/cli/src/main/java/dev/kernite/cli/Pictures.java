package dev.kernite.cli;

import dev.kernite.models.checkpoint.AtomicFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.internal.chartpart.Chart;

/** Charts as files. */
final class Pictures {
  private Pictures() {}

  /**
   * Writes a chart as PNG. A machine that cannot draw text gets a warning instead: the work that is
   * pictured is done.
   */
  static void write(Supplier<? extends Chart<?, ?>> chart, Path png, PrintStream err) {
    System.setProperty("java.awt.headless", "true");
    try {
      AtomicFiles.write(png, ChartEncoder.getBytes(chart.get(), "png"));
    } catch (IOException e) {
      throw new CommandException(png + ": cannot be drawn: " + e.getMessage(), e);
    } catch (LinkageError | InternalError e) { // Java's fonts need fontconfig and freetype
      err.println("warning: " + png + " is left out; install fontconfig and a font (" + e + ")");
    }
  }
}
