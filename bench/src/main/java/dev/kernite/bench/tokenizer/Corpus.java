package dev.kernite.bench.tokenizer;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * English text, to be encoded line by line.
 *
 * @param lines the lines that are not empty
 * @param bytes their length in UTF-8
 */
public record Corpus(List<String> lines, long bytes) {
  /**
   * Reads a text.
   *
   * @param file a file in UTF-8; empty: Alice's Adventures in Wonderland (Project Gutenberg), 0.14
   *     MB
   */
  public static Corpus read(String file) {
    try {
      return of(file.isEmpty() ? alice() : Files.readString(Path.of(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String alice() throws IOException {
    try (InputStream in = Corpus.class.getResourceAsStream("alice.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Corpus of(String text) {
    List<String> lines = text.lines().filter(line -> !line.isEmpty()).toList();
    long bytes =
        lines.stream().mapToLong(line -> line.getBytes(StandardCharsets.UTF_8).length).sum();
    return new Corpus(lines, bytes);
  }
}
