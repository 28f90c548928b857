package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The documents of a text, each by itself: the lines of a text file, or those of JSON lines.
 *
 * @param training token ids of each document to learn from, with an end-of-text token behind them
 *     unless they were cut
 * @param heldOut the documents held out, as in {@link TextData}
 * @param heldOutBytes length of those in UTF-8
 */
public record TextRows(List<int[]> training, List<int[]> heldOut, long heldOutBytes) {
  /**
   * Reads a text file. Documents of a single token are left out: there is nothing to predict.
   *
   * @param file UTF-8 text, or JSON lines with a {@code text} each when its name ends in .jsonl
   * @param encode token ids of a text, without special tokens
   * @param endOfText the token behind a document, or -1 for none
   * @param longest tokens after which a document to learn from is cut
   * @param every which document of how many is held out; 0 holds out none
   */
  public static TextRows read(
      Path file, Function<String, int[]> encode, int endOfText, int longest, int every) {
    List<int[]> training = new ArrayList<>();
    List<int[]> heldOut = new ArrayList<>();
    long bytes = 0;
    long document = 0;
    for (String text : documents(file)) {
      document++;
      int[] ids = encode.apply(text);
      if (every != 0 && document % every == 0) {
        heldOut.add(TextData.piece(ids, endOfText));
        bytes += text.getBytes(StandardCharsets.UTF_8).length;
      } else {
        training.add(row(ids, endOfText, longest));
      }
    }
    training.removeIf(row -> row.length < 2);
    if (training.isEmpty()) {
      throw new ModelException(file + ": holds no text to train on");
    }
    return new TextRows(List.copyOf(training), List.copyOf(heldOut), bytes);
  }

  /** Reads a text file of which all documents are held out. */
  public static TextRows heldOut(Path file, Function<String, int[]> encode, int endOfText) {
    List<int[]> heldOut = new ArrayList<>();
    long bytes = 0;
    for (String text : documents(file)) {
      heldOut.add(TextData.piece(encode.apply(text), endOfText));
      bytes += text.getBytes(StandardCharsets.UTF_8).length;
    }
    return new TextRows(List.of(), List.copyOf(heldOut), bytes);
  }

  private static List<String> documents(Path file) {
    return TextData.isJsonLines(file) ? JsonLines.texts(file) : JsonLines.plain(file);
  }

  private static int[] row(int[] ids, int endOfText, int longest) {
    if (ids.length >= longest || endOfText < 0) {
      return Arrays.copyOf(ids, Math.min(ids.length, longest));
    }
    int[] row = Arrays.copyOf(ids, ids.length + 1);
    row[ids.length] = endOfText;
    return row;
  }
}
