package dev.kernite.models.t5;

import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.TokenIds;
import dev.kernite.models.transformer.TokenLoss;

/**
 * Inputs of one forward pass; the masks may be null.
 *
 * @param ids what the encoder reads, [batch][time]
 * @param real true where one of its tokens is real
 * @param decoderIds what the decoder has written, a start token first, [batch][decoder time]
 * @param decoderReal true where one of those is real
 */
public record T5Inputs(int[][] ids, boolean[][] real, int[][] decoderIds, boolean[][] decoderReal) {

  /** Checks that there is something to feed and that the arrays fit each other. */
  public T5Inputs {
    requireRectangle("input_ids", ids);
    requireRectangle("decoder_input_ids", decoderIds);
    if (ids.length != decoderIds.length) {
      throw new ModelException(
          "decoder_input_ids have %d rows, input_ids %d".formatted(decoderIds.length, ids.length));
    }
    TokenIds.requireShape("attention_mask", real, ids);
    TokenIds.requireShape("decoder_attention_mask", decoderReal, decoderIds);
  }

  private static void requireRectangle(String name, int[][] rows) {
    if (rows.length == 0 || rows[0].length == 0) {
      throw new ModelException(name + " are empty: a forward pass needs at least one token");
    }
    TokenIds.requireShape(name, rows, rows);
  }

  /** Inputs that teach the decoder to write labels: it is fed them, shifted by a start token. */
  public static T5Inputs of(int[][] ids, boolean[][] real, int[][] labels, T5Config config) {
    return new T5Inputs(ids, real, shiftRight(labels, config), null);
  }

  /** Labels behind a start token, without the last; ignored ones become padding. */
  static int[][] shiftRight(int[][] labels, T5Config config) {
    int[][] shifted = new int[labels.length][];
    for (int b = 0; b < labels.length; b++) {
      int[] row = new int[labels[b].length];
      for (int t = 0; t < row.length; t++) {
        int before = t == 0 ? config.startToken() : labels[b][t - 1];
        row[t] = before == TokenLoss.IGNORED ? config.padToken() : before;
      }
      shifted[b] = row;
    }
    return shifted;
  }

  /** Tokens a row of the decoder. */
  int decoderTime() {
    return decoderIds[0].length;
  }
}
