package dev.kernite.models.generation;

import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Beam search, plain or in groups (diverse beam search, Vijayakumar et al. 2018), with the
 * conventions of transformers 4.42: at each step the best max(2, 1 + end tokens) x beams
 * continuations are looked at in order; those that end go to the finished hypotheses if they rank
 * among the first {@code beams}, the others refill the beams.
 *
 * <p>All prompts advance together, {@code beams} rows each; a prompt that is done leaves the
 * session. The prompts are fed once, and their rows multiplied after the first step.
 */
final class BeamSearch {
  /**
   * The score of a beam that leads nowhere: at the start all beams of a group hold the same prompt,
   * and only the first may continue it. The reference implementation uses -1e9, which differs only
   * where a vocabulary is smaller than twice the beams.
   */
  private static final float DEAD = Float.NEGATIVE_INFINITY;

  private final GenerationRun run;
  private final GenerationConfig config;
  private final int beams;
  private final int groups;
  private final int groupSize;
  private final NextTokenScores scores;
  private final TopCandidates top;
  private final HammingDiversity diversity;
  private int length;

  BeamSearch(GenerationRun run) {
    this.run = run;
    config = run.config();
    beams = config.numBeams();
    groups = config.numBeamGroups();
    groupSize = beams / groups;
    scores = new NextTokenScores(run.session().vocabSize());
    top = new TopCandidates(Math.max(2, 1 + config.endTokens().size()) * groupSize);
    diversity = new HammingDiversity(config.diversityPenalty());
    length = run.promptLength();
  }

  List<GeneratedSequence> run() {
    List<Beams> all = new ArrayList<>();
    for (int prompt = 0; prompt < run.prompts().length; prompt++) {
      all.add(new Beams(prompt));
    }
    List<Beams> running = List.copyOf(all);
    float[] logits = run.session().prefill(run.prompts(), run.mask());
    for (int rowsPerPrompt = 1; ; rowsPerPrompt = beams) {
      for (int i = 0; i < running.size(); i++) {
        running.get(i).advance(logits, i * rowsPerPrompt, rowsPerPrompt);
      }
      length++;
      List<Beams> survivors = running.stream().filter(b -> !b.allDone()).toList();
      if (survivors.isEmpty() || length == run.maxLength() || run.cancelled().getAsBoolean()) {
        break;
      }
      int[] rows = new int[survivors.size() * beams];
      int[] tokens = new int[rows.length];
      for (int i = 0; i < survivors.size(); i++) {
        Beams b = survivors.get(i);
        int firstRow = running.indexOf(b) * rowsPerPrompt;
        for (int k = 0; k < beams; k++) {
          rows[i * beams + k] = firstRow + Math.min(b.parents[k], rowsPerPrompt - 1);
          tokens[i * beams + k] = b.tokens[k];
        }
      }
      running = survivors;
      run.session().select(rows);
      logits = run.session().step(tokens);
    }
    List<GeneratedSequence> results = new ArrayList<>();
    all.forEach(b -> b.finish(results));
    return results;
  }

  /** The beams of one prompt. */
  private final class Beams {
    final int prompt;
    final int[] parents = new int[beams];
    final int[] tokens = new int[beams];
    private int[][] rows = new int[beams][];
    private int[][] spare = new int[beams][];
    private final float[] sums = new float[beams];
    private final boolean[] done = new boolean[groups];
    private final List<BeamHypotheses> finished = new ArrayList<>();

    Beams(int prompt) {
      this.prompt = prompt;
      for (int k = 0; k < beams; k++) {
        rows[k] = run.prompts()[prompt].clone();
        sums[k] = k % groupSize == 0 ? 0 : DEAD;
      }
      for (int g = 0; g < groups; g++) {
        finished.add(
            new BeamHypotheses(
                groupSize,
                config.lengthPenalty(),
                config.earlyStopping(),
                run.maxLength() - run.promptLength()));
      }
    }

    boolean allDone() {
      for (boolean d : done) {
        if (!d) {
          return false;
        }
      }
      return true;
    }

    /**
     * Moves every beam one token on.
     *
     * @param logits as the session returned them
     * @param firstRow this prompt's first row in {@code logits}
     * @param rowCount 1 where all beams share that row, else the number of beams
     */
    void advance(float[] logits, int firstRow, int rowCount) {
      for (int k = 0; k < beams; k++) {
        rows[k] = run.withRoom(rows[k], length);
        spare[k] =
            spare[k] == null || spare[k].length <= length ? new int[rows[k].length] : spare[k];
      }
      for (int g = 0; g < groups; g++) {
        int first = g * groupSize;
        if (done[g]) {
          for (int k = first; k < first + groupSize; k++) {
            refill(k, first, run.padToken(), DEAD);
          }
        } else {
          rank(logits, firstRow, rowCount, first);
          choose(g, first);
        }
      }
      for (int k = 0; k < beams; k++) {
        System.arraycopy(rows[parents[k]], 0, spare[k], 0, length);
        spare[k][length] = tokens[k];
      }
      int[][] old = rows;
      rows = spare;
      spare = old;
    }

    /** Collects the best continuations of the group that starts at beam {@code first}. */
    private void rank(float[] logits, int firstRow, int rowCount, int first) {
      float[] row = scores.scores();
      top.clear();
      for (int k = first; k < first + groupSize; k++) {
        int offset = (firstRow + Math.min(k, rowCount - 1)) * row.length;
        scores.load(logits, offset, rows[k], length);
        scores.normalize();
        diversity.apply(row, tokens, first);
        run.processors().forEach(processor -> processor.apply(scores));
        for (int token = 0; token < row.length; token++) {
          top.offer(row[token] + sums[k], k, token);
        }
      }
    }

    /** Turns ranked continuations into finished hypotheses and the group's next beams. */
    private void choose(int group, int first) {
      BeamHypotheses hypotheses = finished.get(group);
      int generated = length + 1 - run.promptLength();
      int filled = 0;
      for (int rank = 0; rank < top.size() && filled < groupSize; rank++) {
        int[] row = rows[top.beam(rank)];
        row[length] = top.token(rank);
        boolean ends =
            run.ends(top.token(rank)) || run.stops().found(row, run.promptLength(), length + 1);
        if (!ends) {
          refill(first + filled++, top.beam(rank), top.token(rank), top.score(rank));
        } else if (rank < groupSize && top.score(rank) > DEAD) {
          hypotheses.add(row, length + 1, top.score(rank), generated, FinishReason.STOP);
        }
      }
      // Stop texts, unlike end tokens, can end more continuations than there are to spare.
      while (filled < groupSize) {
        refill(first + filled++, first, run.padToken(), DEAD);
      }
      done[group] = sums[first] == DEAD || hypotheses.done(top.score(0), generated);
    }

    private void refill(int beam, int parent, int token, float sum) {
      parents[beam] = parent;
      tokens[beam] = token;
      sums[beam] = sum;
    }

    /** Adds the beams still running to the hypotheses and returns the best of all. */
    void finish(List<GeneratedSequence> results) {
      FinishReason reason =
          length == run.maxLength() ? FinishReason.LENGTH : FinishReason.CANCELLED;
      List<BeamHypotheses.Hypothesis> candidates = new ArrayList<>();
      for (int g = 0; g < groups; g++) {
        BeamHypotheses hypotheses = finished.get(g);
        for (int k = g * groupSize; k < (g + 1) * groupSize && !done[g]; k++) {
          if (sums[k] > DEAD) {
            hypotheses.add(rows[k], length, sums[k], length - run.promptLength(), reason);
          }
        }
        candidates.addAll(hypotheses.kept());
      }
      if (candidates.isEmpty()) {
        throw new ModelException(
            "the generation options rule out every continuation of prompt " + prompt);
      }
      // Among equal scores the one found last goes first, as in the reference implementation.
      candidates =
          candidates.reversed().stream()
              .sorted(Comparator.comparingDouble(BeamHypotheses.Hypothesis::score).reversed())
              .limit(config.numReturnSequences())
              .toList();
      for (BeamHypotheses.Hypothesis h : candidates) {
        results.add(
            run.sequence(prompt, h.tokens(), h.tokens().length, h.reason(), h.score(), List.of()));
      }
    }
  }
}
