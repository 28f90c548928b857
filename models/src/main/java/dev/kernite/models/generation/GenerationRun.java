package dev.kernite.models.generation;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One generation after its options are resolved: what {@link TokenSearch} and {@link BeamSearch}
 * share.
 *
 * @param session the model
 * @param config the options
 * @param prompts tokens, [prompts][promptLength], padded on the left
 * @param mask true where {@code prompts} holds a real token
 * @param maxLength the most tokens in a row, prompt and padding included
 * @param padToken what finished rows are fed
 * @param processors applied to every row at every step
 * @param stops stop texts
 * @param listener told of tokens as they are chosen
 * @param cancelled polled before every step
 */
record GenerationRun(
    DecodeSession session,
    GenerationConfig config,
    int[][] prompts,
    boolean[][] mask,
    int maxLength,
    int padToken,
    List<LogitsProcessor> processors,
    StopTexts stops,
    TokenListener listener,
    BooleanSupplier cancelled) {

  int promptLength() {
    return prompts[0].length;
  }

  boolean ends(int token) {
    return config.endTokens().contains(token);
  }

  /** The row, or a longer copy where it has no room for a token at {@code length}. */
  int[] withRoom(int[] row, int length) {
    return length < row.length
        ? row
        : Arrays.copyOf(row, (int) Math.min(maxLength, 2L * length + 64));
  }

  /** A result from the first {@code length} tokens of a row, the padding on its left dropped. */
  GeneratedSequence sequence(
      int prompt,
      int[] row,
      int length,
      FinishReason reason,
      double score,
      List<float[]> stepScores) {
    int padding = 0;
    while (!mask[prompt][padding]) {
      padding++;
    }
    int[] ids = new int[length - padding];
    System.arraycopy(row, padding, ids, 0, ids.length);
    return new GeneratedSequence(
        prompt, ids, promptLength() - padding, reason, score, List.copyOf(stepScores));
  }
}
