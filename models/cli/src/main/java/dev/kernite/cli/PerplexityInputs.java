package dev.kernite.cli;

import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import dev.kernite.models.metrics.Perplexity;
import dev.kernite.models.transformer.TokenIds;
import dev.kernite.models.transformer.TokenLoss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What {@code score perplexity --inputs} reads from a safetensors file: token ids of sequences, or
 * logits that another program has computed.
 */
final class PerplexityInputs {
  private static final String IDS = "input_ids";
  private static final String MASK = "attention_mask";
  private static final String LOGITS = "logits";
  private static final String LABELS = "labels";

  private PerplexityInputs() {}

  /**
   * Sequences without padding: the rows of each tensor {@code input_ids} or {@code NAME.input_ids},
   * [time] or [batch, time], where {@code attention_mask} of the same name does not hide them.
   */
  static List<int[]> sequences(Path path) {
    List<int[]> sequences = new ArrayList<>();
    try (Safetensors file = Safetensors.open(path)) {
      for (TensorInfo info : file.tensors()) {
        String name = info.name();
        if (name.equals(IDS) || name.endsWith("." + IDS)) {
          String mask = name.substring(0, name.length() - IDS.length()) + MASK;
          int[][] ids = TensorFiles.rows(asRows(file.tensor(name)));
          boolean[][] real =
              file.contains(mask) ? TensorFiles.mask(asRows(file.tensor(mask))) : null;
          TokenIds.requireShape(mask, real, ids);
          for (int row = 0; row < ids.length; row++) {
            sequences.add(real == null ? ids[row] : without(ids[row], real[row]));
          }
        }
      }
    }
    if (sequences.isEmpty()) {
      throw new CommandException(
          path + ": no tensor 'input_ids' or 'NAME.input_ids', [time] or [batch, time]");
    }
    return sequences;
  }

  private static RawTensor asRows(RawTensor raw) {
    TensorInfo info = raw.info();
    if (info.shape().length != 1) {
      return raw;
    }
    TensorInfo row = TensorInfo.of(info.name(), info.dtype(), 1, info.elements());
    return new RawTensor(raw.file(), row, raw.data());
  }

  private static int[] without(int[] ids, boolean[] real) {
    return IntStream.range(0, ids.length).filter(t -> real[t]).map(t -> ids[t]).toArray();
  }

  /** Whether there are logits and no ids: then no model is needed. */
  static boolean isLogits(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      return file.contains(LOGITS) && !file.contains(IDS);
    }
  }

  /**
   * Scores {@code logits} [batch, time, vocabulary] against {@code labels} [batch, time]: position
   * t predicts label t + 1, and -100 is not scored.
   */
  static List<Perplexity.Score> ofLogits(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      long[] shape = file.tensor(LOGITS).info().shape();
      if (shape.length != 3 || !file.contains(LABELS)) {
        throw new CommandException(
            path + ": needs logits [batch, time, vocabulary] and labels [batch, time]");
      }
      int[][] labels = TensorFiles.rows(file.tensor(LABELS));
      if (labels.length != shape[0] || labels[0].length != shape[1]) {
        throw new CommandException(
            "%s: labels are [%d, %d], logits [%d, %d, %d]"
                .formatted(path, labels.length, labels[0].length, shape[0], shape[1], shape[2]));
      }
      double[] logits = TensorFiles.doubles(file.tensor(LOGITS));
      int vocabulary = Math.toIntExact(shape[2]);
      List<Perplexity.Score> scores = new ArrayList<>();
      for (int b = 0; b < labels.length; b++) {
        double[][] row = new double[labels[b].length][];
        for (int t = 0; t < row.length; t++) {
          int from = (b * row.length + t) * vocabulary;
          row[t] = Arrays.copyOfRange(logits, from, from + vocabulary);
        }
        scores.add(Perplexity.ofLogits(row, labels[b], TokenLoss.IGNORED));
      }
      return scores;
    }
  }
}
