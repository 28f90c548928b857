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
 * {@code log.jsonl}: one line of JSON for each optimiser step. A resumed run cuts off what was
 * written after its checkpoint, a line torn by a kill included, and so ends with the file of a run
 * that was never interrupted. Not safe for use by several threads or processes.
 */
public final class TrainingLog implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;
  private final FileChannel channel;

  /**
   * What is recorded of a step.
   *
   * @param step number of the step, from 0
   * @param loss mean loss in nats, before the update
   * @param gradNorm global L2 norm of the gradients, before clipping
   * @param lr learning rate of the update
   */
  public record Entry(long step, double loss, double gradNorm, double lr) {}

  private TrainingLog(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Begins the log of a new run; an earlier one is overwritten.
   *
   * @param file the log; its folder must exist
   * @return the log, open for writing
   * @throws ModelException if the file cannot be written
   */
  public static TrainingLog start(Path file) {
    return resume(file, 0);
  }

  /**
   * Continues the log of a run.
   *
   * @param file the log; created when there is none
   * @param step the first step that will be recorded; lines of this step and later ones are cut off
   * @return the log, open for writing
   * @throws ModelException if the file cannot be written
   */
  public static TrainingLog resume(Path file, long step) {
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      long kept = 0;
      for (Line line : lines(file)) {
        if (line.entry.step >= step) {
          break;
        }
        kept = line.end;
      }
      channel.truncate(kept).position(kept);
      return new TrainingLog(file, channel);
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
   * @param entry the step
   * @throws ModelException if it cannot be written
   */
  public void append(Entry entry) {
    String line =
        "{\"step\":%d,\"loss\":%s,\"grad_norm\":%s,\"lr\":%s}\n"
            .formatted(entry.step, number(entry.loss), number(entry.gradNorm), number(entry.lr));
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII));
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new ModelException(
          file + ": cannot be written (" + e.getMessage() + "); check the free space", e);
    }
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
   * @return its steps, up to the first line that is torn; NaN where a value was not finite
   * @throws ModelException if the file cannot be read
   */
  public static List<Entry> read(Path file) {
    try {
      return lines(file).stream().map(Line::entry).toList();
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Writes the curve of a log as CSV: a row of names, then a row for each step; empty where a value
   * was not finite.
   *
   * @param log the log
   * @param csv the file to create or replace
   * @throws ModelException if the log cannot be read or the file cannot be written
   */
  public static void writeCsv(Path log, Path csv) {
    StringBuilder text = new StringBuilder("step,loss,grad_norm,lr\n");
    for (Entry entry : read(log)) {
      text.append(entry.step);
      for (double value : new double[] {entry.loss, entry.gradNorm, entry.lr}) {
        text.append(',').append(Double.isFinite(value) ? Double.toString(value) : "");
      }
      text.append('\n');
    }
    AtomicFiles.write(csv, text.toString());
  }

  /** A whole line of the log and the offset behind it. */
  private record Line(Entry entry, long end) {}

  /** The lines up to the first that is torn or not of a log. */
  private static List<Line> lines(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Line> lines = new ArrayList<>();
    int begin = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        Entry entry = parse(new String(bytes, begin, at - begin, StandardCharsets.UTF_8));
        if (entry == null) {
          break;
        }
        begin = at + 1;
        lines.add(new Line(entry, begin));
      }
    }
    return lines;
  }

  private static Entry parse(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      return json.path("step").canConvertToLong()
          ? new Entry(
              json.path("step").longValue(),
              json.path("loss").asDouble(Double.NaN),
              json.path("grad_norm").asDouble(Double.NaN),
              json.path("lr").asDouble(Double.NaN))
          : null;
    } catch (JacksonException e) {
      return null;
    }
  }
}
