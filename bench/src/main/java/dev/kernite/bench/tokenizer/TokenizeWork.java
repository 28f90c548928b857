package dev.kernite.bench.tokenizer;

import dev.kernite.models.ModelException;
import dev.kernite.models.measure.Workload;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Input;
import dev.kernite.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A text to token ids, line by line, special tokens included. The ids alone, or with all else there
 * is of a token: its text and its place.
 */
public final class TokenizeWork implements Workload {
  private final String name;
  private final Tokenizer tokenizer;
  private final Path file;
  private final Corpus corpus;
  private final boolean whole;
  private final List<int[]> expected = new ArrayList<>();
  private final int[][] ids;

  /**
   * Makes the work.
   *
   * @param name how the tokenizer is called in tables
   * @param file the same tokenizer as a {@code tokenizer.json}
   * @param whole whether texts and places of the tokens are asked for too
   */
  public TokenizeWork(String name, Tokenizer tokenizer, Path file, Corpus corpus, boolean whole) {
    this.name = name;
    this.tokenizer = tokenizer;
    this.file = file;
    this.corpus = corpus;
    this.whole = whole;
    for (String line : corpus.lines()) {
      expected.add(whole(line));
    }
    ids = new int[expected.size()][];
  }

  /** The tokenizer as a {@code tokenizer.json}. */
  public Path file() {
    return file;
  }

  /** What is cut into tokens, each by itself. */
  public List<String> lines() {
    return corpus.lines();
  }

  /** Hands over another library's ids to be checked. */
  public void deliver(int line, int[] theirs) {
    ids[line] = theirs;
  }

  @Override
  public String op() {
    return whole ? "tokenize, offsets" : "tokenize, ids";
  }

  @Override
  public String shape() {
    return String.format(Locale.ROOT, "%s, %.2f MB", name, items());
  }

  @Override
  public String dtype() {
    return "utf-8";
  }

  @Override
  public double flops() {
    return 0;
  }

  @Override
  public double bytes() {
    return corpus.bytes();
  }

  @Override
  public double items() {
    return corpus.bytes() / 1e6;
  }

  @Override
  public String item() {
    return "MB";
  }

  @Override
  public void run() {
    List<String> lines = corpus.lines();
    for (int i = 0; i < ids.length; i++) {
      String line = lines.get(i);
      ids[i] = whole ? whole(line) : tokenizer.encodeToIds(line, true);
    }
  }

  /** With all there is of a token; a tokenizer's own padding is not asked for. */
  private int[] whole(String line) {
    return tokenizer.encode(Input.of(line), EncodeOptions.PLAIN).ids();
  }

  /** Nothing goes on when {@link #run} is back. */
  @Override
  public void settle() {}

  @Override
  public void spoil() {
    Arrays.fill(ids, null);
  }

  @Override
  public void check() {
    for (int i = 0; i < ids.length; i++) {
      if (!Arrays.equals(ids[i], expected.get(i))) {
        throw new ModelException(
            "%s: other ids for line %d: %s".formatted(name, i + 1, corpus.lines().get(i)));
      }
    }
  }

  /** It holds nothing but memory. */
  @Override
  public void close() {}
}
