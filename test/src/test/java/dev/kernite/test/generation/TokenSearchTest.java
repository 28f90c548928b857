package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.generation.FinishReason;
import dev.kernite.models.generation.GeneratedSequence;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Greedy search and sampling on a model small enough to predict. */
final class TokenSearchTest {
  private static final int VOCAB = 12;
  private final TableModel model = new TableModel(VOCAB, 42);

  private static GenerationConfigBuilder options() {
    return GenerationConfig.builder();
  }

  private GenerationResult generate(GenerationConfigBuilder options, int[]... prompts) {
    return new Generator(model.session())
        .decoder(TokenSearchTest::text)
        .generate(options.build(), prompts);
  }

  /** Greedy continuation by the table, without the engine. */
  private int[] greedy(int[] prompt, int count, int... ends) {
    List<Integer> tokens = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
    for (int i = 0; i < count; i++) {
      double[] row = model.row(tokens);
      int best = 0;
      for (int t = 1; t < VOCAB; t++) {
        best = row[t] > row[best] ? t : best;
      }
      tokens.add(best);
      int chosen = best;
      if (Arrays.stream(ends).anyMatch(e -> e == chosen)) {
        break;
      }
    }
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  private static String text(int[] tokens) {
    return Arrays.stream(tokens).mapToObj(t -> "" + (char) ('a' + t)).collect(Collectors.joining());
  }

  @Test
  void greedyTakesTheBestTokenEveryTime() {
    int[] prompt = {1, 2, 3};
    GeneratedSequence sequence = generate(options().maxNewTokens(15), prompt).sequences().get(0);
    assertArrayEquals(greedy(prompt, 15), sequence.ids());
    assertEquals(15, sequence.newTokens());
    assertEquals(FinishReason.LENGTH, sequence.finishReason());
  }

  @Test
  void aBatchGivesWhatItsPromptsGiveAlone() {
    int[][] prompts = {{1, 2, 3, 4}, {5}, {6, 7}};
    GenerationResult batch = generate(options().maxNewTokens(9).padToken(0), prompts);
    for (int i = 0; i < prompts.length; i++) {
      assertArrayEquals(greedy(prompts[i], 9), batch.sequences().get(i).ids());
      assertEquals(i, batch.sequences().get(i).prompt());
    }
    int[][] padded = batch.padded(99);
    assertEquals(13, padded[1].length);
    assertArrayEquals(new int[] {99, 99, 99, 5}, Arrays.copyOf(padded[1], 4));
  }

  @Test
  void anEndTokenIsKeptAndItsRowLeavesTheSession() {
    int[][] prompts = {{1, 2}, {3, 4}, {5, 6}};
    int end = greedy(prompts[0], 3)[4];
    TableModel.Session session = model.session();
    GenerationResult result =
        new Generator(session)
            .generate(options().maxNewTokens(12).endTokens(List.of(end)).build(), prompts);
    long expectedRows = 0;
    for (int i = 0; i < prompts.length; i++) {
      int[] expected = greedy(prompts[i], 12, end);
      GeneratedSequence sequence = result.sequences().get(i);
      assertArrayEquals(expected, sequence.ids());
      boolean ended = expected[expected.length - 1] == end;
      assertEquals(ended ? FinishReason.STOP : FinishReason.LENGTH, sequence.finishReason());
      expectedRows += sequence.newTokens() - 1;
    }
    assertEquals(FinishReason.STOP, result.sequences().get(0).finishReason());
    assertEquals(expectedRows, session.rowsStepped, "no row is stepped after its end");
  }

  @Test
  void severalEndTokensEachEndARow() {
    int[] free = greedy(new int[] {1, 2}, 6);
    for (int at = 2; at < 5; at++) {
      int[] ends = {free[at], free[5]};
      GeneratedSequence sequence =
          generate(
                  options().maxNewTokens(6).endTokens(Arrays.stream(ends).boxed().toList()),
                  new int[] {1, 2})
              .sequences()
              .get(0);
      assertArrayEquals(greedy(new int[] {1, 2}, 6, ends), sequence.ids());
    }
  }

  @Test
  void minimumLengthsHoldBackTheEnd() {
    int[] prompt = {1, 2};
    int end = greedy(prompt, 1)[2];
    GenerationConfigBuilder builder = options().maxNewTokens(10).endTokens(List.of(end));
    assertEquals(1, generate(builder, prompt).sequences().get(0).newTokens());
    int[] byLength = generate(builder.minLength(7), prompt).sequences().get(0).newIds();
    assertTrue(Arrays.stream(byLength).limit(5).noneMatch(t -> t == end));
    assertTrue(byLength.length >= 5, "the token that reaches min-length may be the end");
    int[] byNew =
        generate(builder.minLength(0).minNewTokens(6), prompt).sequences().get(0).newIds();
    assertTrue(Arrays.stream(byNew).limit(6).noneMatch(t -> t == end));
  }

  @Test
  void maxLengthCountsThePromptAndTheContextCapsIt() {
    assertEquals(
        7, generate(options().maxLength(7), new int[] {1, 2, 3}).sequences().get(0).ids().length);
    GeneratedSequence capped =
        new Generator(model.session(8))
            .generate(options().maxNewTokens(100).build(), new int[][] {{1, 2, 3}})
            .sequences()
            .get(0);
    assertEquals(8, capped.ids().length);
    assertEquals(FinishReason.LENGTH, capped.finishReason());
  }

  @Test
  void aStopTextEndsItsRowOnly() {
    int[][] prompts = {{1, 2}, {3, 4}};
    int[] free = greedy(prompts[0], 12);
    String stop = text(Arrays.copyOfRange(free, 5, 8));
    GenerationResult result =
        generate(options().maxNewTokens(12).stopTexts(List.of("no such", stop)), prompts);
    for (int i = 0; i < 2; i++) {
      String whole = text(Arrays.copyOfRange(greedy(prompts[i], 12), 2, 14));
      int at = whole.indexOf(stop);
      String expected = at < 0 ? whole : whole.substring(0, at + stop.length());
      assertEquals(expected, text(result.sequences().get(i).newIds()));
      assertEquals(
          at < 0 ? FinishReason.LENGTH : FinishReason.STOP,
          result.sequences().get(i).finishReason());
    }
    assertEquals(FinishReason.STOP, result.sequences().get(0).finishReason());
  }

  @Test
  void aStopTextInThePromptDoesNotCount() {
    int[] prompt = {1, 2, 1, 2};
    GeneratedSequence sequence =
        generate(options().maxNewTokens(4).stopTexts(List.of("bcbc")), prompt).sequences().get(0);
    assertEquals(4, sequence.newTokens());
  }

  @Test
  void theListenerHearsEveryTokenInOrder() {
    List<Integer> heard = new ArrayList<>();
    GenerationResult result =
        new Generator(model.session())
            .listener((sequence, token) -> heard.add(token))
            .generate(options().maxNewTokens(7).seed(3).sample(true).build(), new int[][] {{4}});
    assertEquals(
        Arrays.stream(result.sequences().get(0).newIds()).boxed().toList(), List.copyOf(heard));
  }

  @Test
  void cancellingKeepsWhatThereIs() {
    int[] polls = {0};
    GeneratedSequence sequence =
        new Generator(model.session())
            .cancelWhen(() -> ++polls[0] > 4)
            .generate(options().maxNewTokens(50).build(), new int[][] {{1, 2}})
            .sequences()
            .get(0);
    assertEquals(FinishReason.CANCELLED, sequence.finishReason());
    assertArrayEquals(greedy(new int[] {1, 2}, sequence.newTokens()), sequence.ids());
    assertEquals(4, sequence.newTokens());
  }

  @Test
  void theSeedDecidesTheSample() {
    int[] prompt = {1, 2};
    GenerationConfigBuilder builder = options().maxNewTokens(30).sample(true).seed(7);
    int[] first = generate(builder, prompt).sequences().get(0).ids();
    assertArrayEquals(first, generate(builder, prompt).sequences().get(0).ids());
    assertFalse(Arrays.equals(first, generate(builder.seed(8), prompt).sequences().get(0).ids()));
  }

  @Test
  void samplesForOnePromptStandTogetherAndDiffer() {
    int[][] prompts = {{1, 2}, {3, 4}};
    GenerationConfigBuilder builder = options().maxNewTokens(12).sample(true).seed(5);
    GenerationResult result = generate(builder.numReturnSequences(3), prompts);
    assertEquals(
        List.of(0, 0, 0, 1, 1, 1),
        result.sequences().stream().map(GeneratedSequence::prompt).toList());
    assertEquals(6, result.sequences().stream().map(s -> text(s.ids())).distinct().count());
    result
        .sequences()
        .forEach(s -> assertArrayEquals(prompts[s.prompt()], Arrays.copyOf(s.ids(), 2)));
    // The first sample is the one that is drawn alone: a stream belongs to its sequence.
    int[] alone = generate(builder.numReturnSequences(1), prompts[0]).sequences().get(0).ids();
    assertArrayEquals(alone, result.sequences().get(0).ids());
  }

  @Test
  void scoresComeFromTheSequencesOwnRowHoweverRowsLeave() {
    TableModel small = new TableModel(4, 6);
    int[][] prompts = {{1, 2}, {0, 1}};
    for (int seed = 0; seed < 40; seed++) {
      GenerationConfig config =
          options()
              .sample(true)
              .seed(seed)
              .numReturnSequences(2)
              .maxNewTokens(6)
              .endTokens(List.of(3))
              .keepScores(true)
              .build();
      for (GeneratedSequence s :
          new Generator(small.session()).generate(config, prompts).sequences()) {
        List<Integer> ids = Arrays.stream(s.ids()).boxed().toList();
        for (int t = 0; t < s.newTokens(); t++) {
          double[] row = small.row(ids.subList(0, 2 + t));
          for (int token = 0; token < 4; token++) {
            assertEquals((float) row[token], s.stepScores().get(t)[token]);
          }
        }
      }
    }
  }

  @Test
  void topKOfOneIsGreedyWhateverTheSeed() {
    int[] prompt = {2, 3};
    for (int seed = 0; seed < 5; seed++) {
      int[] ids =
          generate(options().maxNewTokens(10).topK(1).seed(seed), prompt).sequences().get(0).ids();
      assertArrayEquals(greedy(prompt, 10), ids);
    }
  }

  @Test
  void sampledFrequenciesFollowTheFilteredDistribution() {
    int draws = 20_000;
    double temperature = 0.7;
    int k = 9;
    GenerationConfigBuilder builder =
        options().maxNewTokens(1).temperature(temperature).topK(k).seed(11);
    int[] counts = new int[VOCAB];
    for (GeneratedSequence s :
        generate(builder.numReturnSequences(draws), new int[] {1, 2}).sequences()) {
      counts[s.newIds()[0]]++;
    }
    double[] logits = model.row(List.of(1, 2));
    double cut = Arrays.stream(logits).sorted().toArray()[VOCAB - k];
    double[] weights =
        Arrays.stream(logits).map(x -> x < cut ? 0 : Math.exp(x / temperature)).toArray();
    double sum = Arrays.stream(weights).sum();
    double chiSquare = 0;
    for (int t = 0; t < VOCAB; t++) {
      double expected = draws * weights[t] / sum;
      if (expected == 0) {
        assertEquals(0, counts[t], "a filtered token is never drawn");
      } else {
        chiSquare += (counts[t] - expected) * (counts[t] - expected) / expected;
      }
    }
    // 99.9 % quantile of chi-square with k - 1 = 8 degrees of freedom.
    double statistic = chiSquare;
    assertTrue(statistic <= 26.12, () -> "chi-square " + statistic);
  }

  @Test
  void samplesOfLaterStepsFollowTheTableToo() {
    // Tokens drawn after (a, b) anywhere in one long sample against p(. | a, b).
    int[] ids =
        generate(options().maxNewTokens(60_000).sample(true).seed(2), new int[] {0, 0})
            .sequences()
            .get(0)
            .ids();
    double chiSquare = 0;
    int freedom = 0;
    for (int a = 0; a < VOCAB; a++) {
      for (int b = 0; b < VOCAB; b++) {
        int[] counts = new int[VOCAB];
        int n = 0;
        for (int i = 2; i < ids.length; i++) {
          if (ids[i - 2] == a && ids[i - 1] == b) {
            counts[ids[i]]++;
            n++;
          }
        }
        for (int t = 0; n >= 300 && t < VOCAB; t++) {
          double expected = n * Math.exp(model.logProbability(List.of(a, b), t));
          if (expected >= 5) {
            chiSquare += (counts[t] - expected) * (counts[t] - expected) / expected;
            freedom++;
          }
        }
      }
    }
    // Wilson and Hilferty's approximation of the 99.9 % quantile; leaving out cells is
    // conservative.
    double h = 2.0 / (9 * freedom);
    double limit = freedom * Math.pow(1 - h + 3.09 * Math.sqrt(h), 3);
    double statistic = chiSquare;
    assertTrue(freedom > 50);
    assertTrue(statistic <= limit, () -> "chi-square " + statistic + " over " + limit);
  }

  @Test
  void keptScoresAreTheProcessedOnes() {
    GeneratedSequence sequence =
        generate(
                options().maxNewTokens(3).temperature(2).topK(4).keepScores(true), new int[] {1, 2})
            .sequences()
            .get(0);
    assertEquals(3, sequence.stepScores().size());
    float[] first = sequence.stepScores().get(0);
    double[] row = model.row(List.of(1, 2));
    int kept = 0;
    for (int t = 0; t < VOCAB; t++) {
      if (first[t] > Float.NEGATIVE_INFINITY) {
        kept++;
        assertEquals((float) row[t] / 2, first[t]);
      }
    }
    assertEquals(4, kept);
  }
}
