package dev.kernite.models.generation;

import java.util.Arrays;
import java.util.List;

/**
 * What a generation produced.
 *
 * @param sequences prompt by prompt; for one prompt, beams best first, samples in the order drawn
 * @param promptLength the common length of the prompts after left padding
 */
public record GenerationResult(List<GeneratedSequence> sequences, int promptLength) {

  /** Copies the list. */
  public GenerationResult {
    sequences = List.copyOf(sequences);
  }

  /** All new tokens, end tokens included. */
  public long newTokens() {
    return sequences.stream().mapToLong(GeneratedSequence::newTokens).sum();
  }

  /**
   * The sequences as one rectangle, prompts padded on the left and sequences on the right: the
   * layout in which transformers returns them.
   *
   * @param padId the padding token
   */
  public int[][] padded(int padId) {
    int width = 0;
    for (GeneratedSequence sequence : sequences) {
      width = Math.max(width, promptLength + sequence.newTokens());
    }
    int[][] rows = new int[sequences.size()][width];
    for (int i = 0; i < rows.length; i++) {
      GeneratedSequence sequence = sequences.get(i);
      int[] ids = sequence.ids();
      int start = promptLength + sequence.newTokens() - ids.length;
      Arrays.fill(rows[i], padId);
      System.arraycopy(ids, 0, rows[i], start, ids.length);
    }
    return rows;
  }
}
