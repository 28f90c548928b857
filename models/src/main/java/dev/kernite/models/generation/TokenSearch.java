package dev.kernite.models.generation;

import dev.kernite.kernels.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Greedy search and sampling: one token a row and step, until each row has ended. Rows that have
 * ended leave the session, so the rest goes faster.
 *
 * <p>A sample is a function of the seed, the sequence and the step alone: 53 bits of the Philox
 * stream whose number is the sequence, at the block whose number is the step.
 */
final class TokenSearch {
  private final GenerationRun run;
  private final NextTokenScores scores;
  private final int[][] rows;
  private final List<List<float[]>> stepScores = new ArrayList<>();
  private final FinishReason[] reasons;
  private final int[] lengths;
  private final int[] random = new int[4];

  TokenSearch(GenerationRun run) {
    this.run = run;
    scores = new NextTokenScores(run.session().vocabSize());
    int sequences = run.prompts().length * run.config().numReturnSequences();
    rows = new int[sequences][];
    reasons = new FinishReason[sequences];
    lengths = new int[sequences];
    for (int s = 0; s < sequences; s++) {
      rows[s] = run.prompts()[promptOf(s)].clone();
      stepScores.add(new ArrayList<>());
      reasons[s] = FinishReason.CANCELLED; // until something else ends it
      lengths[s] = run.promptLength();
    }
  }

  /** Whether the largest logit decides, and nothing else. */
  private boolean largestLogitDecides() {
    return !run.config().sample() && !run.config().keepScores() && run.processors().isEmpty();
  }

  List<GeneratedSequence> run() {
    int vocab = run.session().vocabSize();
    int[] running = new int[rows.length];
    int[] sessionRows = new int[rows.length];
    for (int s = 0; s < rows.length; s++) {
      running[s] = s;
      sessionRows[s] = promptOf(s);
    }
    int held = run.prompts().length;
    float[] logits =
        run.cancelled().getAsBoolean() ? null : run.session().prefill(run.prompts(), run.mask());
    int[] best = null; // instead of logits, from the second token on, where that is all it takes
    for (int step = 0; logits != null; step++) {
      int survivors = 0;
      int[] tokens = new int[running.length];
      for (int i = 0; i < running.length; i++) {
        int s = running[i];
        tokens[survivors] =
            best == null ? choose(s, step, logits, sessionRows[i] * vocab) : best[sessionRows[i]];
        if (!finished(s, tokens[survivors])) {
          running[survivors] = s;
          sessionRows[survivors++] = sessionRows[i];
        }
      }
      if (survivors == 0 || run.cancelled().getAsBoolean()) {
        break;
      }
      running = Arrays.copyOf(running, survivors);
      sessionRows = Arrays.copyOf(sessionRows, survivors);
      if (held != survivors || !counts(sessionRows)) {
        run.session().select(sessionRows);
        held = survivors;
      }
      Arrays.setAll(sessionRows, i -> i);
      tokens = Arrays.copyOf(tokens, survivors);
      if (largestLogitDecides()) {
        best = run.session().stepGreedy(tokens);
      } else {
        logits = run.session().step(tokens);
      }
    }
    List<GeneratedSequence> result = new ArrayList<>();
    for (int s = 0; s < rows.length; s++) {
      result.add(
          run.sequence(
              promptOf(s), rows[s], lengths[s], reasons[s], Double.NaN, stepScores.get(s)));
    }
    return result;
  }

  /** Whether the rows are 0, 1, 2, ... */
  private static boolean counts(int[] rows) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i] != i) {
        return false;
      }
    }
    return true;
  }

  private int promptOf(int sequence) {
    return sequence / run.config().numReturnSequences();
  }

  private int choose(int sequence, int step, float[] logits, int offset) {
    scores.load(logits, offset, rows[sequence], lengths[sequence]);
    run.processors().forEach(processor -> processor.apply(scores));
    if (run.config().keepScores()) {
      stepScores.get(sequence).add(scores.scores().clone());
    }
    if (!run.config().sample()) {
      return scores.argMax();
    }
    Philox.block(run.config().seed(), sequence, step, random);
    return scores.sample(Philox.uniformDouble(random[0], random[1]));
  }

  /** Appends a token and says whether it is the last. */
  private boolean finished(int sequence, int token) {
    rows[sequence] = run.withRoom(rows[sequence], lengths[sequence]);
    rows[sequence][lengths[sequence]++] = token;
    run.listener().token(sequence, token);
    if (run.ends(token)
        || run.stops().found(rows[sequence], run.promptLength(), lengths[sequence])) {
      reasons[sequence] = FinishReason.STOP;
      return true;
    }
    if (lengths[sequence] == run.maxLength()) {
      reasons[sequence] = FinishReason.LENGTH;
      return true;
    }
    return false;
  }
}
