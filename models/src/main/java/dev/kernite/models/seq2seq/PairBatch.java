package dev.kernite.models.seq2seq;

import dev.kernite.models.ModelException;
import dev.kernite.models.training.TrainingBatch;
import dev.kernite.models.transformer.TokenIds;
import dev.kernite.models.transformer.TokenLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Pairs for one update of an encoder-decoder.
 *
 * @param ids what the encoder reads, [batch][time]
 * @param real true where one of those is a token, or null where all are
 * @param labels what the decoder is to write, [batch][label time], -100 where it does not count
 */
public record PairBatch(int[][] ids, boolean[][] real, int[][] labels)
    implements TrainingBatch<PairBatch> {
  /** Checks that there are labels for each text. */
  public PairBatch {
    if (ids.length == 0 || ids.length != labels.length || labels[0].length == 0) {
      throw new ModelException(
          "labels: %d rows for %d texts; give some for each".formatted(labels.length, ids.length));
    }
    TokenIds.requireShape("labels", labels, labels);
  }

  /**
   * Pads pairs to the longest of them.
   *
   * @param pad what stands for nothing in what the encoder reads
   */
  static PairBatch of(List<TokenPair> pairs, int pad) {
    int longest = pairs.stream().mapToInt(p -> p.source().length).max().orElseThrow();
    boolean padded = pairs.stream().anyMatch(p -> p.source().length < longest);
    int target = pairs.stream().mapToInt(p -> p.target().length).max().orElseThrow();
    int[][] ids = new int[pairs.size()][];
    int[][] labels = new int[pairs.size()][];
    boolean[][] real = padded ? new boolean[pairs.size()][longest] : null;
    for (int b = 0; b < ids.length; b++) {
      TokenPair pair = pairs.get(b);
      ids[b] = filled(pair.source(), longest, pad);
      labels[b] = filled(pair.target(), target, TokenLoss.IGNORED);
      if (padded) {
        Arrays.fill(real[b], 0, pair.source().length, true);
      }
    }
    return new PairBatch(ids, real, labels);
  }

  private static int[] filled(int[] ids, int length, int value) {
    int[] row = Arrays.copyOf(ids, length);
    Arrays.fill(row, ids.length, length, value);
    return row;
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public long tokens() {
    return (long) ids.length * (ids[0].length + labels[0].length);
  }

  /** As {@code torch.chunk}; a batch of fewer than n pairs, the last of an epoch, gives fewer. */
  @Override
  public List<PairBatch> chunks(int n) {
    int rows = Math.ceilDiv(size(), n);
    List<PairBatch> parts = new ArrayList<>();
    for (int from = 0; from < size(); from += rows) {
      int to = Math.min(from + rows, size());
      parts.add(
          new PairBatch(
              Arrays.copyOfRange(ids, from, to),
              real == null ? null : Arrays.copyOfRange(real, from, to),
              Arrays.copyOfRange(labels, from, to)));
    }
    return parts;
  }
}
