package dev.kernite.models.generation;

import java.util.List;

/**
 * Rules out the end tokens until a minimum number of tokens follows the prompt.
 *
 * @param promptLength tokens of the prompt, padding included, at least 0
 * @param count the minimum number of new tokens, at least 0
 * @param endTokens the end tokens
 */
public record MinNewTokens(int promptLength, int count, List<Integer> endTokens)
    implements LogitsProcessor {

  /** Checks the options. */
  public MinNewTokens {
    Options.atLeast(0, "prompt length", promptLength);
    Options.atLeast(0, "min-new-tokens", count);
    endTokens = List.copyOf(endTokens);
  }

  @Override
  public void apply(NextTokenScores row) {
    if (row.length() - promptLength < count) {
      endTokens.forEach(row::remove);
    }
  }
}
