package dev.kernite.models.seq2seq;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A text, and what is to be made of it.
 *
 * @param source what the encoder reads
 * @param target what the decoder is to write
 */
public record TextPair(String source, String target) {
  private static final char TAB = '\t';

  /**
   * Reads a file with a pair a line, its two texts separated by a tab. Empty lines are passed over.
   *
   * @throws ModelException if it cannot be read as UTF-8, has a line that is no pair, or has none
   */
  public static List<TextPair> read(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new ModelException(file + ": cannot be read as UTF-8 text: " + e, e);
    }
    List<TextPair> pairs = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isBlank()) {
        continue;
      }
      int tab = line.indexOf(TAB);
      if (tab < 0 || line.indexOf(TAB, tab + 1) >= 0) {
        throw new ModelException(
            "%s: line %d: must be two texts separated by one tab".formatted(file, i + 1));
      }
      TextPair pair = new TextPair(line.substring(0, tab).strip(), line.substring(tab + 1).strip());
      if (pair.source.isEmpty() || pair.target.isEmpty()) {
        throw new ModelException("%s: line %d: one of its texts is empty".formatted(file, i + 1));
      }
      pairs.add(pair);
    }
    if (pairs.isEmpty()) {
      throw new ModelException(file + ": has no pairs of texts");
    }
    return pairs;
  }
}
