package dev.kernite.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** What {@code train} learns from, and what it is judged by: the options. */
final class TrainData {
  /** Stands for {@code --eval} without a file. */
  private static final String SPLIT = "";

  @Option(
      names = "--data",
      required = true,
      paramLabel = "F",
      description = {
        "Text, JSON lines with a \"text\" each (.jsonl), or batches (.safetensors).",
        "Digits: mnist, mnist-small, or a folder with MNIST's files or PNG files in classes.",
        "To classify: a folder with a .txt a class, JSON lines with a \"label\" too, or batches.",
        "For seq2seq: a pair of texts a line, with a tab between them, or batches."
      })
  private Path data;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Sequences an update, for text (default: 8), or pictures (default: 64).")
  private Integer batchSize;

  @Option(
      names = "--max-length",
      paramLabel = "N",
      description = "Tokens a sequence, for text (default: the model's context).")
  private Integer maxLength;

  /** Values of {@code --rows}. */
  enum Rows {
    windows,
    lines
  }

  @Option(
      names = "--rows",
      defaultValue = "windows",
      paramLabel = "KIND",
      description = {
        "What of a text a sequence is for causal-lm: windows of --max-length over the whole of it,",
        "or lines (the documents of .jsonl), padded to the longest (default: windows)."
      })
  private Rows rows;

  @Option(
      names = "--labels-include-padding",
      description = "Learn to predict padding too, as plain examples do.")
  private boolean labelsIncludePadding;

  @Option(
      names = "--eval",
      arity = "0..1",
      fallbackValue = SPLIT,
      paramLabel = "F",
      description = "Evaluate on this text, or without F on blocks held out from --data.")
  private String eval;

  @Option(
      names = "--holdout-every",
      defaultValue = "20",
      paramLabel = "N",
      description = "With --eval alone: hold out every Nth block, line or document (default: 20).")
  private int holdoutEvery;

  @Option(
      names = "--holdout-block",
      defaultValue = "16384",
      paramLabel = "BYTES",
      description = "Size of those blocks (default: 16384).")
  private long holdoutBlock;

  @Option(
      names = "--validation-split",
      defaultValue = "0.1",
      paramLabel = "X",
      description = "To classify: share of each class to evaluate on in training (default: 0.1).")
  private double validationSplit;

  @Option(
      names = "--test-split",
      defaultValue = "0.1",
      paramLabel = "X",
      description = "To classify: share of each class for the report at the end (default: 0.1).")
  private double testSplit;

  Path data() {
    return data;
  }

  /** Whether the data are ready batches. */
  boolean isBatches() {
    return data.toString().endsWith(".safetensors");
  }

  /** Takes this size for a batch if no option says anything else. */
  void complete(int size) {
    batchSize = batchSize == null ? size : batchSize;
  }

  int batchSize() {
    return batchSize;
  }

  /** Whether each line is a sequence. */
  boolean isByLines() {
    return rows == Rows.lines;
  }

  boolean labelsIncludePadding() {
    return labelsIncludePadding;
  }

  /** Fails if an option was given that only a causal language model's data know. */
  void requirePlain(TaskName task) {
    if (isByLines() || labelsIncludePadding) {
      throw new CommandException(
          "--rows lines and --labels-include-padding are for --task causal-lm, not " + task);
    }
  }

  /**
   * Tokens a sequence.
   *
   * @param longest that the model can take
   */
  int time(int longest) {
    int time = maxLength == null ? longest : maxLength;
    if (time < 2 || time > longest) {
      throw new CommandException(
          "--max-length must be from 2 to the model's context of " + longest);
    }
    return time;
  }

  /** Fails unless each batch can be cut in so many chunks. */
  static void requireChunks(int accumulate, int batchSize) {
    if (accumulate > batchSize) {
      throw new CommandException(
          "a batch of %d sequences cannot be cut in %d chunks; choose --accumulate from 1 to the batch size"
              .formatted(batchSize, accumulate));
    }
  }

  /** Whether {@code --eval} names a file. */
  boolean hasEvalFile() {
    return eval != null && !eval.equals(SPLIT);
  }

  /** That file. */
  Path evalFile() {
    return Path.of(eval);
  }

  /** Whether {@code --eval} asks for blocks held out from the data. */
  boolean evalSplit() {
    return SPLIT.equals(eval);
  }

  int holdoutEvery() {
    return holdoutEvery;
  }

  long holdoutBlock() {
    return holdoutBlock;
  }

  double validationSplit() {
    return validationSplit;
  }

  double testSplit() {
    return testSplit;
  }

  /** The error for text of which nothing is held out. */
  CommandException tooShort() {
    return new CommandException(
        data
            + ": has fewer than "
            + holdoutEvery
            + " blocks of "
            + holdoutBlock
            + " bytes, none is held out; lower --holdout-block, or give --eval a text");
  }

  /** What a resumed run must repeat. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("--batch-size", Integer.toString(batchSize));
    settings.put("--max-length", String.valueOf(maxLength));
    settings.put("--labels-include-padding", Boolean.toString(labelsIncludePadding));
    return settings;
  }
}
