package dev.kernite.tokenizer.text;

/**
 * Rewrites a text character by character and keeps the alignments. Each step emits one code point
 * and says how many of the old ones it replaces; what is inserted stands for what the code point
 * before it stood for.
 */
public final class Rewrite {
  private final AlignedText in;
  private final AlignedText.Builder out;
  private int position;

  /**
   * Begins at the start of {@code in}.
   *
   * @param in the text to rewrite
   */
  public Rewrite(AlignedText in) {
    this.in = in;
    this.out = new AlignedText.Builder(in.length());
  }

  /** Drops the next {@code count} old code points. */
  public void skip(int count) {
    position += count;
  }

  /**
   * Emits {@code codePoint}.
   *
   * @param change 1: inserted, nothing is replaced; 0: replaces the next old code point; -n:
   *     replaces it and drops the n that follow
   */
  public void emit(int codePoint, int change) {
    int like = change > 0 ? position - 1 : position;
    if (like < 0) {
      out.append(codePoint, in.from(0), in.from(0));
    } else {
      out.append(codePoint, in.from(like), in.to(like));
    }
    if (change <= 0) {
      position += 1 - change;
    }
  }

  /** Returns the new text. */
  public AlignedText done() {
    return out.build();
  }
}
