package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.TokenLoss;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Sequences for one training step, all of one length.
 *
 * @param ids token ids [batch][time]
 * @param mask true where a token is real [batch][time], or null when all are
 * @param labels the token at each position [batch][time], -100 where it does not count
 */
public record Batch(int[][] ids, boolean[][] mask, int[][] labels) implements TrainingBatch<Batch> {
  /** Label of a position that does not count. */
  public static final int IGNORED = TokenLoss.IGNORED;

  /** Checks that the arrays fit each other. */
  public Batch {
    if (ids.length == 0 || ids[0].length == 0) {
      throw new ModelException("a batch needs at least one token");
    }
    for (int b = 0; b < ids.length; b++) {
      if (ids[b].length != ids[0].length
          || labels.length != ids.length
          || labels[b].length != ids[0].length
          || (mask != null && (mask.length != ids.length || mask[b].length != ids[0].length))) {
        throw new ModelException(
            "ids, mask and labels of a batch must all be "
                + ids.length
                + " rows of "
                + ids[0].length
                + " values; row "
                + b
                + " is not");
      }
    }
  }

  /** Sequences without padding, labelled with themselves. */
  public static Batch of(int[][] ids) {
    return new Batch(ids, null, ids);
  }

  /**
   * Padded sequences, labelled with themselves.
   *
   * @param mask true where a token is real
   * @param labelPadding whether padding counts as any token does, in place of not at all
   */
  public static Batch masked(int[][] ids, boolean[][] mask, boolean labelPadding) {
    if (labelPadding) {
      return new Batch(ids, mask, ids);
    }
    int[][] labels = new int[ids.length][];
    for (int b = 0; b < ids.length; b++) {
      labels[b] = ids[b].clone();
      for (int t = 0; t < labels[b].length; t++) {
        labels[b][t] = mask[b][t] ? ids[b][t] : IGNORED;
      }
    }
    return new Batch(ids, mask, labels);
  }

  @Override
  public int size() {
    return ids.length;
  }

  @Override
  public long tokens() {
    return (long) ids.length * ids[0].length;
  }

  /**
   * Cuts along the batch axis into parts of ceil(size / n) sequences, the last one maybe shorter,
   * as {@code torch.chunk} does: n parts or fewer.
   */
  @Override
  public List<Batch> chunks(int n) {
    int rows = Math.ceilDiv(ids.length, n);
    List<Batch> parts = new ArrayList<>();
    for (int from = 0; from < ids.length; from += rows) {
      int to = Math.min(from + rows, ids.length);
      parts.add(
          new Batch(
              Arrays.copyOfRange(ids, from, to),
              mask == null ? null : Arrays.copyOfRange(mask, from, to),
              Arrays.copyOfRange(labels, from, to)));
    }
    return parts;
  }
}
