package dev.kernite.models.generation;

/**
 * Rules out every token that would repeat an n-gram of the row, prompt and padding included (Paulus
 * et al. 2017).
 *
 * @param size n, at least 1; 1 rules out every token used before
 */
public record NoRepeatNgram(int size) implements LogitsProcessor {

  /** Checks the option. */
  public NoRepeatNgram {
    Options.atLeast(1, "no-repeat-ngram-size", size);
  }

  @Override
  public void apply(NextTokenScores row) {
    int prefix = size - 1;
    int tail = row.length() - prefix;
    for (int start = 0; start < tail; start++) {
      int matching = 0;
      while (matching < prefix && row.token(start + matching) == row.token(tail + matching)) {
        matching++;
      }
      if (matching == prefix) {
        row.remove(row.token(start + prefix));
      }
    }
  }
}
