package dev.kernite.models.generation;

import java.util.List;

/**
 * Rules out the end tokens until the row has a minimum length, prompt and padding included.
 *
 * @param length the minimum length in tokens, at least 0
 * @param endTokens the end tokens
 */
public record MinLength(int length, List<Integer> endTokens) implements LogitsProcessor {

  /** Checks the options. */
  public MinLength {
    Options.atLeast(0, "min-length", length);
    endTokens = List.copyOf(endTokens);
  }

  @Override
  public void apply(NextTokenScores row) {
    if (row.length() < length) {
      endTokens.forEach(row::remove);
    }
  }
}
