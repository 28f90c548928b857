package dev.kernite.bench.tokenizer;

/**
 * How many times as fast as jtokkit is this project's tokenizer? Three rows an encoding: one
 * thread; one thread with a new tokenizer each time, that has seen no word; two threads at once.
 *
 * <pre>java -cp ... dev.kernite.bench.tokenizer.TokenizerRatio [ROUNDS [FILE]]</pre>
 */
public final class TokenizerRatio {
  private static final String PEER = "jtokkit";

  private TokenizerRatio() {}

  /** Prints the table. */
  public static void main(String[] arguments) {
    InTurns turns = InTurns.of(arguments);
    for (String encoding : new String[] {"r50k_base", "cl100k_base", "o200k_base"}) {
      compare(encoding, turns);
    }
  }

  private static void compare(String encoding, InTurns turns) {
    Library.Encoder ours = Library.KERNITE.open(encoding);
    Library.Encoder theirs = Library.JTOKKIT.open(encoding);
    Library.requireEqual(turns.corpus(), ours, theirs);
    turns.row(encoding, "one thread", PEER, 1, () -> ours, () -> theirs);
    turns.row(
        encoding, "one thread, new", PEER, 1, () -> Library.KERNITE.open(encoding), () -> theirs);
    turns.row(encoding, "two threads", PEER, 2, () -> ours, () -> theirs);
  }
}
