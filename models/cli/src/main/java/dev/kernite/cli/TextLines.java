package dev.kernite.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The lines of a UTF-8 stream, in groups. A line ends with LF or CR LF; a lone CR is part of it.
 * Bytes that are no UTF-8 become U+FFFD.
 */
final class TextLines {
  /**
   * One line.
   *
   * @param source what it was read from, for error messages
   * @param number 1 for the first of the stream
   * @param text without its end
   */
  record Line(String source, long number, String text) {}

  private final InputStream in;
  private final String source;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private long count;

  /** Reads {@code in}, which should be buffered; {@code source} names it in error messages. */
  TextLines(InputStream in, String source) {
    this.in = in;
    this.source = source;
  }

  /** All lines of a file. */
  static List<Line> of(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      return new TextLines(in, file.toString()).rest();
    }
  }

  /** The texts of a file, one a line; of a file named .jsonl, {@code {"text":"..."}} on each. */
  static List<String> texts(Path file) throws IOException {
    return texts(file, line -> JsonInput.text(line).text());
  }

  /** The same, with null for a {@code {"text":null}}. */
  static List<String> optionalTexts(Path file) throws IOException {
    return texts(file, JsonInput::optionalText);
  }

  private static List<String> texts(Path file, Function<Line, String> json) throws IOException {
    return of(file).stream().map(file.toString().endsWith(".jsonl") ? json : Line::text).toList();
  }

  /**
   * Waits for a line, and takes those that are already there behind it, {@code limit} at most.
   *
   * @return empty at the end of the stream
   */
  List<Line> next(int limit) throws IOException {
    List<Line> lines = new ArrayList<>();
    do {
      Line line = read();
      if (line == null) {
        break;
      }
      lines.add(line);
    } while (lines.size() < limit && in.available() > 0);
    return lines;
  }

  /** All lines up to the end of the stream. */
  List<Line> rest() throws IOException {
    List<Line> lines = new ArrayList<>();
    for (Line line = read(); line != null; line = read()) {
      lines.add(line);
    }
    return lines;
  }

  private Line read() throws IOException {
    bytes.reset();
    int next = in.read();
    if (next < 0) {
      return null;
    }
    for (; next >= 0 && next != '\n'; next = in.read()) {
      bytes.write(next);
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    if (next == '\n' && text.endsWith("\r")) {
      text = text.substring(0, text.length() - 1);
    }
    return new Line(source, ++count, text);
  }
}
