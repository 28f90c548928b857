package dev.kernite.models.bert;

import dev.kernite.tokenizer.Encoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences of any lengths in batches of like ones, so that little of the work is done for padding.
 * The rows of a batch do not influence each other: what is batched together changes no result.
 */
public final class TokenBatches {
  /** Of a batch, padding included: enough to fill a processor, few enough for its caches. */
  private static final int MOST_TOKENS = 2048;

  private TokenBatches() {}

  /**
   * A batch, padded on the right.
   *
   * @param rows which of the sequences these are
   * @param inputs ids, mask and token types
   */
  public record Batch(int[] rows, BertInputs inputs) {}

  /**
   * Cuts sequences into batches, the longest first.
   *
   * @param config of the model that they are for
   */
  public static List<Batch> of(List<Encoding> sequences, BertConfig config) {
    boolean types = config.tokenTypes() > 0;
    int pad = config.padToken();
    List<Integer> order = new ArrayList<>(IntStream.range(0, sequences.size()).boxed().toList());
    order.sort(Comparator.comparingInt((Integer i) -> sequences.get(i).length()).reversed());
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from < order.size(); ) {
      int time = Math.max(1, sequences.get(order.get(from)).length());
      int to = Math.min(order.size(), from + Math.max(1, MOST_TOKENS / time));
      int[] rows = order.subList(from, to).stream().mapToInt(i -> i).toArray();
      batches.add(new Batch(rows, padded(sequences, rows, types, pad)));
      from = to;
    }
    return batches;
  }

  /**
   * One batch of chosen sequences, as long as the longest of them.
   *
   * @param rows which of the sequences
   * @param types whether the model has token types
   * @param pad id of padding
   */
  public static BertInputs padded(List<Encoding> sequences, int[] rows, boolean types, int pad) {
    int time = Math.max(1, Arrays.stream(rows).map(i -> sequences.get(i).length()).max().orElse(1));
    int[][] ids = new int[rows.length][time];
    int[][] kinds = new int[rows.length][time];
    boolean[][] real = new boolean[rows.length][time];
    boolean full = true;
    for (int b = 0; b < rows.length; b++) {
      Encoding sequence = sequences.get(rows[b]);
      for (int t = 0; t < time; t++) {
        real[b][t] = t < sequence.length();
        ids[b][t] = real[b][t] ? sequence.ids()[t] : pad;
        kinds[b][t] = real[b][t] ? sequence.typeIds()[t] : 0;
        full &= real[b][t];
      }
    }
    return new BertInputs(ids, full ? null : real, types ? kinds : null, null);
  }
}
