package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Numbers that belong to the steps of a run, as JSON lines: {@code {"step":0,"loss":1.5}}. A
 * resumed run cuts off what was written after its checkpoint, a line torn by a kill included, and
 * so ends with the file of a run that was never interrupted. Not safe for use by several threads or
 * processes.
 */
public final class StepLog implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String STEP = "step";

  private final Path file;
  private final List<String> columns;
  private final FileChannel channel;

  /**
   * One line.
   *
   * @param step number of the step
   * @param values one for each column, NaN where the file has none
   */
  public record Row(long step, List<Double> values) {
    /** Copies the values. */
    public Row {
      values = List.copyOf(values);
    }
  }

  private StepLog(Path file, List<String> columns, FileChannel channel) {
    this.file = file;
    this.columns = columns;
    this.channel = channel;
  }

  /**
   * Continues the log of a run.
   *
   * @param file the log; created when there is none, its folder must exist
   * @param columns names of the values of a line
   * @param step lines of this step and later ones are cut off; 0 for a new run
   * @return the log, open for writing
   * @throws ModelException if the file cannot be written
   */
  public static StepLog resume(Path file, List<String> columns, long step) {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      long kept = 0;
      for (Line line : lines(file, columns)) {
        if (line.row.step >= step) {
          break;
        }
        kept = line.end;
      }
      channel.truncate(kept).position(kept);
      return new StepLog(file, List.copyOf(columns), channel);
    } catch (IOException e) {
      closeQuietly(channel, e);
      throw new ModelException(
          file + ": cannot be written (" + e.getMessage() + "); check the folder", e);
    }
  }

  private static void closeQuietly(FileChannel channel, IOException because) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /**
   * Adds a line.
   *
   * @param values one for each column
   * @throws ModelException if it cannot be written
   */
  public void append(long step, double... values) {
    ByteBuffer bytes =
        ByteBuffer.wrap((line(columns, step, values) + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new ModelException(
          file + ": cannot be written (" + e.getMessage() + "); check the free space", e);
    }
  }

  private static String line(List<String> columns, long step, double... values) {
    StringBuilder line = new StringBuilder("{\"" + STEP + "\":" + step);
    for (int i = 0; i < columns.size(); i++) {
      line.append(",\"%s\":%s".formatted(columns.get(i), number(values[i])));
    }
    return line.append('}').toString();
  }

  /** JSON has no NaN and no infinity: null stands for both. */
  static String number(double value) {
    return Double.isFinite(value) ? Double.toString(value) : "null";
  }

  /**
   * Forces all lines to the disk: to be called before a checkpoint that a run may resume from.
   *
   * @throws ModelException if that fails
   */
  public void force() {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be written to disk: " + e.getMessage(), e);
    }
  }

  /** Closes the file. Closing again does nothing. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be closed: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a log.
   *
   * @param file the log
   * @param columns names of the values wanted
   * @return its lines, up to the first that is torn; NaN where a value was not finite
   * @throws ModelException if the file cannot be read
   */
  public static List<Row> read(Path file, List<String> columns) {
    try {
      return lines(file, columns).stream().map(Line::row).toList();
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a log as CSV: a row of names, then a row for each line; empty where a value was not
   * finite.
   *
   * @param log the log
   * @param columns names of the values wanted
   * @param csv the file to create or replace
   * @throws ModelException if the log cannot be read or the file cannot be written
   */
  public static void writeCsv(Path log, List<String> columns, Path csv) {
    StringBuilder text = new StringBuilder(STEP + "," + String.join(",", columns) + "\n");
    for (Row row : read(log, columns)) {
      text.append(row.step);
      for (double value : row.values) {
        text.append(',').append(Double.isFinite(value) ? Double.toString(value) : "");
      }
      text.append('\n');
    }
    AtomicFiles.write(csv, text.toString());
  }

  /** A whole line of the log and the offset behind it. */
  private record Line(Row row, long end) {}

  /** The lines up to the first that is torn or not of a log. */
  private static List<Line> lines(Path file, List<String> columns) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Line> lines = new ArrayList<>();
    int begin = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        Row row = parse(new String(bytes, begin, at - begin, StandardCharsets.UTF_8), columns);
        if (row == null) {
          break;
        }
        begin = at + 1;
        lines.add(new Line(row, begin));
      }
    }
    return lines;
  }

  private static Row parse(String line, List<String> columns) {
    try {
      JsonNode json = JSON.readTree(line);
      return json.path(STEP).canConvertToLong()
          ? new Row(
              json.path(STEP).longValue(),
              columns.stream().map(name -> json.path(name).asDouble(Double.NaN)).toList())
          : null;
    } catch (JacksonException e) {
      return null;
    }
  }
}
