package dev.kernite.models.seq2seq;

import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GeneratedSequence;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.Judge;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Pairs that a model is judged by and never learns from. */
public final class PairHeldOut {
  private static final int BATCH = 32;

  private final List<TokenPair> pairs;

  /** Collects the pairs. */
  public PairHeldOut(List<TokenPair> pairs) {
    if (pairs.isEmpty()) {
      throw new ModelException("nothing to evaluate on: no pairs");
    }
    // Like lengths together: little is padded, and rows end together.
    this.pairs =
        pairs.stream()
            .sorted(
                Comparator.comparingInt((TokenPair p) -> p.target().length)
                    .thenComparingInt(p -> p.source().length))
            .toList();
  }

  /**
   * How a model did.
   *
   * @param nats sum of the negative log-probabilities of the right tokens
   * @param tokens how many those are
   * @param exact share of the pairs whose target is written without a fault, by greedy search
   */
  public record Score(double nats, long tokens, double exact) {}

  /**
   * Scores a model.
   *
   * @param end token that ends what it writes
   */
  public Score score(Seq2Seq model, int end) {
    double nats = 0;
    long tokens = 0;
    int exact = 0;
    for (int from = 0; from < pairs.size(); from += BATCH) {
      List<TokenPair> some = pairs.subList(from, Math.min(from + BATCH, pairs.size()));
      long count = some.stream().mapToLong(p -> p.target().length).sum();
      nats += count * meanLoss(model, some);
      tokens += count;
      exact += exact(model, some, end);
    }
    return new Score(nats, tokens, (double) exact / pairs.size());
  }

  private static double meanLoss(Seq2Seq model, List<TokenPair> pairs) {
    PairBatch batch = PairBatch.of(pairs, model.model().config().padToken());
    try (Tensor loss =
        model.engine().noGrad(() -> model.engine().scoped(() -> model.loss(batch, false)))) {
      return loss.item();
    }
  }

  private static int exact(Seq2Seq model, List<TokenPair> pairs, int end) {
    int longest = pairs.stream().mapToInt(p -> p.target().length).max().orElseThrow();
    int[][] starts = new int[pairs.size()][];
    Arrays.fill(starts, new int[] {model.model().config().startToken()});
    GenerationConfig config =
        GenerationConfig.builder().maxNewTokens(longest).endTokens(List.of(end)).build();
    int[][] sources = pairs.stream().map(TokenPair::source).toArray(int[][]::new);
    int right = 0;
    try (DecodeSession session = model.model().session(sources)) {
      for (GeneratedSequence s : new Generator(session).generate(config, starts).sequences()) {
        int[] ids = s.ids();
        int[] wanted = pairs.get(s.prompt()).target();
        right += Arrays.equals(ids, 1, ids.length, wanted, 0, wanted.length) ? 1 : 0;
      }
    }
    return right;
  }

  /** A judge that scores a model on these pairs. */
  public Judge judge(Seq2Seq model, int end) {
    return step -> {
      Score score = score(model, end);
      return new Evaluation(
          step, score.nats(), score.tokens(), Map.of("exact_match", score.exact()));
    };
  }
}
