package dev.kernite.models.bert;

import dev.kernite.tokenizer.Encoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences of any lengths in batches of like ones, so that little of the work is done for padding.
 * The rows of a batch do not influence each other: what is batched together changes no result.
 */
public final class TokenBatches {
  /** Of a batch, padding included: enough to fill a processor, few enough for its caches. */
  private static final int MOST_TOKENS = 2048;

  /** What a batch costs beside its tokens, as a number of tokens. */
  private static final int BATCH_COST = 16;

  private TokenBatches() {}

  /**
   * A batch, padded on the right.
   *
   * @param rows which of the sequences these are
   * @param inputs ids, mask and token types
   */
  public record Batch(int[] rows, BertInputs inputs) {}

  /**
   * Cuts sequences into batches, the longest first, so that padding and the number of batches
   * together cost least.
   *
   * @param config of the model that they are for
   */
  public static List<Batch> of(List<Encoding> sequences, BertConfig config) {
    int[] order =
        IntStream.range(0, sequences.size())
            .boxed()
            .sorted(Comparator.comparingInt((Integer i) -> sequences.get(i).length()).reversed())
            .mapToInt(i -> i)
            .toArray();
    int[] lengths = Arrays.stream(order).map(i -> sequences.get(i).length()).toArray();
    List<Batch> batches = new ArrayList<>();
    int from = 0;
    for (int size : sizes(lengths)) {
      int[] rows = Arrays.copyOfRange(order, from, from + size);
      BertInputs inputs = padded(sequences, rows, config.tokenTypes() > 0, config.padToken());
      batches.add(new Batch(rows, inputs));
      from += size;
    }
    return batches;
  }

  /**
   * The cheapest way to cut: a batch costs its tokens, padding included, and {@link #BATCH_COST}.
   * Found over all ways, from the front: what the first i sequences cost at least.
   *
   * @param lengths in descending order
   * @return sequences in each batch
   */
  private static List<Integer> sizes(int[] lengths) {
    long[] least = new long[lengths.length + 1];
    int[] lastSize = new int[lengths.length + 1];
    Arrays.fill(least, 1, least.length, Long.MAX_VALUE);
    for (int from = 0; from < lengths.length; from++) {
      int time = Math.max(1, lengths[from]);
      int most = Math.min(lengths.length - from, Math.max(1, MOST_TOKENS / time));
      for (int size = 1; size <= most; size++) {
        long cost = least[from] + BATCH_COST + (long) size * time;
        if (cost < least[from + size]) {
          least[from + size] = cost;
          lastSize[from + size] = size;
        }
      }
    }
    LinkedList<Integer> sizes = new LinkedList<>();
    for (int to = lengths.length; to > 0; to -= lastSize[to]) {
      sizes.addFirst(lastSize[to]);
    }
    return sizes;
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
      int length = sequence.length();
      Arrays.fill(ids[b], length, time, pad);
      System.arraycopy(sequence.ids(), 0, ids[b], 0, length);
      System.arraycopy(sequence.typeIds(), 0, kinds[b], 0, length);
      Arrays.fill(real[b], 0, length, true);
      full &= length == time;
    }
    return new BertInputs(ids, full ? null : real, types ? kinds : null, null);
  }
}
