package dev.kernite.models.metrics.text;

/** What ROUGE compares. */
public enum RougeType {
  /** Words. */
  ROUGE_1("rouge1"),
  /** Pairs of words. */
  ROUGE_2("rouge2"),
  /** Runs of three words. */
  ROUGE_3("rouge3"),
  /** The longest common subsequence of the whole texts. */
  ROUGE_L("rougeL"),
  /** The union of the longest common subsequences of their sentences, one a line. */
  ROUGE_LSUM("rougeLsum");

  private final String published;

  RougeType(String published) {
    this.published = published;
  }

  /** The name as in rouge_score. */
  @Override
  public String toString() {
    return published;
  }
}
