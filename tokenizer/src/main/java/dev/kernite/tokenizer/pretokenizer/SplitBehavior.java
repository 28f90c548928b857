package dev.kernite.tokenizer.pretokenizer;

/** What becomes of the delimiters that a split finds. */
public enum SplitBehavior {
  /** They are dropped. */
  REMOVED("Removed"),
  /** Each is a piece. */
  ISOLATED("Isolated"),
  /** Each belongs to the piece before it. */
  MERGED_WITH_PREVIOUS("MergedWithPrevious"),
  /** Each belongs to the piece after it. */
  MERGED_WITH_NEXT("MergedWithNext"),
  /** Neighbouring delimiters are one piece. */
  CONTIGUOUS("Contiguous");

  private final String json;

  SplitBehavior(String json) {
    this.json = json;
  }

  /** Returns the name in a {@code tokenizer.json}. */
  public String json() {
    return json;
  }
}
