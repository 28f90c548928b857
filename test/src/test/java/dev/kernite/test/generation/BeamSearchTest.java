package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.generation.EarlyStopping;
import dev.kernite.models.generation.FinishReason;
import dev.kernite.models.generation.GeneratedSequence;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Beam search against full enumeration, and the bookkeeping around it. */
final class BeamSearchTest {
  private static final int VOCAB = 4;
  private static final int END = 3;
  private static final int DEPTH = 4;

  /** A complete continuation and its score. */
  private record Complete(List<Integer> tokens, double score) {}

  /** Every continuation that ends with the end token or has full depth, best first. */
  private static List<Complete> enumerate(
      TableModel model, List<Integer> prompt, List<Integer> ends, double lengthPenalty) {
    List<Complete> all = new ArrayList<>();
    enumerate(model, prompt, prompt.size(), ends, lengthPenalty, 0, all);
    all.sort(Comparator.comparingDouble(Complete::score).reversed());
    return all;
  }

  private static void enumerate(
      TableModel model,
      List<Integer> tokens,
      int promptLength,
      List<Integer> ends,
      double lengthPenalty,
      double sum,
      List<Complete> all) {
    int generated = tokens.size() - promptLength;
    if (generated == DEPTH || generated > 0 && ends.contains(tokens.getLast())) {
      all.add(new Complete(tokens, sum / Math.pow(generated, lengthPenalty)));
      return;
    }
    for (int next = 0; next < model.vocab; next++) {
      List<Integer> longer = new ArrayList<>(tokens);
      longer.add(next);
      double p = model.logProbability(tokens, next);
      enumerate(model, longer, promptLength, ends, lengthPenalty, sum + p, all);
    }
  }

  private static List<Integer> list(int[] ids) {
    return Arrays.stream(ids).boxed().toList();
  }

  @Property(tries = 60)
  void enoughBeamsFindTheBestSequencesOfAll(
      @ForAll long seed,
      @ForAll @IntRange(min = -2, max = 4) int halfLengthPenalty,
      @ForAll @IntRange(min = 0, max = 2) int endTokens,
      @ForAll EarlyStopping earlyStopping) {
    TableModel model = new TableModel(VOCAB, seed);
    double lengthPenalty = halfLengthPenalty / 2.0;
    List<Integer> ends = List.of(END, 0).subList(0, endTokens);
    int beams = 256; // all prefixes of depth 4
    GenerationConfig config =
        GenerationConfig.builder()
            .numBeams(beams)
            .numReturnSequences(5)
            .maxNewTokens(DEPTH)
            .lengthPenalty(lengthPenalty)
            .earlyStopping(earlyStopping)
            .endTokens(ends)
            .build();
    List<Complete> expected = enumerate(model, List.of(1, 2), ends, lengthPenalty);
    GenerationResult result = new Generator(model.session()).generate(config, new int[][] {{1, 2}});
    assertEquals(5, result.sequences().size());
    for (int i = 0; i < 5; i++) {
      GeneratedSequence sequence = result.sequences().get(i);
      double score = expected.get(i).score();
      assertTrue(Math.abs(score - sequence.score()) <= 1e-5 * Math.max(1, Math.abs(score)));
      List<Integer> ids = list(sequence.ids());
      // Near ties may swap; the sequence's own score must still be the enumerated one.
      Complete same =
          expected.stream().filter(c -> c.tokens().equals(ids)).findFirst().orElseThrow();
      assertTrue(Math.abs(same.score() - sequence.score()) <= 1e-5 * Math.max(1, Math.abs(score)));
      boolean ended = ends.contains(ids.getLast());
      assertEquals(ended ? FinishReason.STOP : FinishReason.LENGTH, sequence.finishReason());
    }
  }

  @Property(tries = 60)
  void scoresAreSumsOfLogProbabilitiesBestFirst(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 6) int beams) {
    TableModel model = new TableModel(9, seed);
    GenerationConfig config =
        GenerationConfig.builder()
            .numBeams(beams)
            .numReturnSequences(beams)
            .maxNewTokens(7)
            .lengthPenalty(0.8)
            .endTokens(List.of(8))
            .build();
    int[][] prompts = {{1, 2, 3}, {4}};
    GenerationResult result = new Generator(model.session()).generate(config, prompts);
    assertEquals(2 * beams, result.sequences().size());
    for (int i = 0; i < 2 * beams; i++) {
      GeneratedSequence s = result.sequences().get(i);
      assertEquals(i / beams, s.prompt());
      List<Integer> ids = list(s.ids());
      int start = prompts[s.prompt()].length;
      double sum = 0;
      for (int t = start; t < ids.size(); t++) {
        sum += model.logProbability(ids.subList(0, t), ids.get(t));
      }
      double expected = sum / Math.pow(ids.size() - start, 0.8);
      assertTrue(Math.abs(expected - s.score()) <= 1e-4);
      assertTrue(i % beams == 0 || result.sequences().get(i - 1).score() >= s.score());
    }
    assertEquals(
        2L * beams, result.sequences().stream().map(s -> list(s.ids())).distinct().count());
  }

  @Property(tries = 40)
  void aBatchOfPromptsGivesWhatEachGivesAlone(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 2) int groups) {
    TableModel model = new TableModel(8, seed);
    GenerationConfigBuilder builder =
        GenerationConfig.builder()
            .numBeams(4)
            .numBeamGroups(groups)
            .diversityPenalty(groups > 1 ? 0.7 : 0)
            .numReturnSequences(2)
            .maxNewTokens(9)
            .endTokens(List.of(7));
    int[][] prompts = {{1, 2, 3}, {4}, {5, 6}};
    GenerationResult batch = new Generator(model.session()).generate(builder.build(), prompts);
    for (int p = 0; p < prompts.length; p++) {
      GenerationResult alone =
          new Generator(model.session()).generate(builder.build(), new int[][] {prompts[p]});
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(alone.sequences().get(i).ids(), batch.sequences().get(2 * p + i).ids());
        assertEquals(alone.sequences().get(i).score(), batch.sequences().get(2 * p + i).score());
      }
    }
  }

  @Test
  void stoppingAtOnceStopsSoonerThanTheHeuristicAndNeverLast() {
    int saved = 0;
    int prolonged = 0;
    for (int seed = 0; seed < 30; seed++) {
      TableModel model = new TableModel(6, seed);
      long[] steps = new long[3];
      double[] best = new double[3];
      for (EarlyStopping rule : EarlyStopping.values()) {
        TableModel.Session session = model.session();
        GenerationConfig config =
            GenerationConfig.builder()
                .numBeams(3)
                .maxNewTokens(25)
                .earlyStopping(rule)
                .endTokens(List.of(5))
                .build();
        best[rule.ordinal()] =
            new Generator(session).generate(config, new int[][] {{1}}).sequences().get(0).score();
        steps[rule.ordinal()] = session.steps;
      }
      assertTrue(steps[1] <= steps[0] && steps[0] <= steps[2]);
      assertTrue(best[1] <= best[0] && best[0] <= best[2]);
      saved += steps[1] < steps[0] ? 1 : 0;
      prolonged += steps[0] < steps[2] ? 1 : 0;
    }
    assertTrue(saved > 5 && prolonged > 5, "the rules differ: " + saved + ", " + prolonged);
  }

  @Test
  void groupsAreIndependentWithoutPenaltyAndDifferWithOne() {
    TableModel model = new TableModel(20, 3);
    GenerationConfigBuilder builder =
        GenerationConfig.builder()
            .numBeams(4)
            .numBeamGroups(2)
            .numReturnSequences(4)
            .maxNewTokens(6);
    int[][] prompt = {{1, 2}};
    List<List<Integer>> same =
        ids(new Generator(model.session()).generate(builder.build(), prompt));
    List<List<Integer>> plain =
        ids(
            new Generator(model.session())
                .generate(
                    builder.numBeams(2).numBeamGroups(1).numReturnSequences(2).build(), prompt));
    assertEquals(
        List.of(plain.get(0), plain.get(0), plain.get(1), plain.get(1)),
        same,
        "two groups of two are two searches with two beams");
    List<List<Integer>> diverse =
        ids(
            new Generator(model.session())
                .generate(
                    builder
                        .numBeams(4)
                        .numBeamGroups(2)
                        .numReturnSequences(4)
                        .diversityPenalty(50)
                        .build(),
                    prompt));
    // With an overwhelming penalty no group repeats the other's token at any position.
    List<List<Integer>> first = diverse.stream().filter(plain::contains).toList();
    List<List<Integer>> second = diverse.stream().filter(s -> !plain.contains(s)).toList();
    assertEquals(2, first.size());
    for (List<Integer> a : first) {
      for (List<Integer> b : second) {
        for (int t = 2; t < a.size(); t++) {
          assertTrue(!a.get(t).equals(b.get(t)), "position " + t + " of " + a + " and " + b);
        }
      }
    }
  }

  @Test
  void anEndBelowTheFirstRanksIsNoHypothesis() {
    TableModel model = new TableModel(4, 0);
    // Ranks after the prompt: 0, end 2, end 3, 1. With two beams the second end ranks too low.
    setProbabilities(model.logits[4][1], 0.30, 0.15, 0.28, 0.27);
    for (double[] row : model.logits[1]) {
      setProbabilities(row, 0.25, 0.25, 0.25, 0.25);
    }
    GenerationConfig config =
        GenerationConfig.builder()
            .numBeams(2)
            .numReturnSequences(2)
            .maxNewTokens(2)
            .lengthPenalty(0)
            .endTokens(List.of(2, 3))
            .build();
    List<List<Integer>> found =
        ids(new Generator(model.session()).generate(config, new int[][] {{1}}));
    assertEquals(List.of(1, 2), found.get(0));
    assertEquals(3, found.get(1).size(), "[1, 3] is more likely, but was not among the best two");
  }

  @Test
  void aTokenIsPenalisedForEachBeamThatChoseIt() {
    TableModel model = new TableModel(5, 0);
    // Both beams of the first group go to 0 or 1, then to 2: which costs the second group 2 x 1,
    // more than the 1.5 by which 2 is better than 3.
    double[] low = {0, 0, 0, 0, 0};
    System.arraycopy(new double[] {10, 9.9, 0, 0, 0}, 0, model.logits[5][4], 0, 5);
    for (int first = 0; first < 2; first++) {
      System.arraycopy(low, 0, model.logits[4][first], 0, 5);
      model.logits[4][first][2] = 13;
      model.logits[4][first][3] = 11.5;
    }
    GenerationConfig config =
        GenerationConfig.builder()
            .numBeams(4)
            .numBeamGroups(2)
            .diversityPenalty(1)
            .numReturnSequences(4)
            .maxNewTokens(2)
            .build();
    List<Integer> last =
        ids(new Generator(model.session()).generate(config, new int[][] {{4}})).stream()
            .map(List::getLast)
            .sorted()
            .toList();
    assertEquals(List.of(2, 2, 3, 3), last);
  }

  private static void setProbabilities(double[] logits, double... probabilities) {
    Arrays.setAll(logits, i -> Math.log(probabilities[i]));
  }

  @Test
  void aStopTextFinishesAHypothesis() {
    TableModel model = new TableModel(10, 9);
    GenerationConfigBuilder builder =
        GenerationConfig.builder().numBeams(3).numReturnSequences(3).maxNewTokens(10);
    List<Integer> free =
        ids(new Generator(model.session()).generate(builder.build(), new int[][] {{1, 2}})).get(0);
    String stop = text(free.subList(4, 6));
    GenerationResult result =
        new Generator(model.session())
            .decoder(tokens -> text(list(tokens)))
            .generate(builder.stopTexts(List.of(stop)).build(), new int[][] {{1, 2}});
    assertTrue(result.sequences().stream().anyMatch(s -> s.finishReason() == FinishReason.STOP));
    for (GeneratedSequence s : result.sequences()) {
      String text = text(list(s.newIds()));
      boolean ends = s.finishReason() == FinishReason.STOP;
      assertEquals(ends, text.endsWith(stop), text);
      assertEquals(ends ? text.length() - stop.length() : -1, text.indexOf(stop), text);
    }
  }

  @Test
  void whenEveryContinuationStopsTheHypothesesAreReturned() {
    TableModel model = new TableModel(5, 1);
    GenerationConfig config =
        GenerationConfig.builder()
            .numBeams(3)
            .numReturnSequences(3)
            .maxNewTokens(10)
            .stopTexts(List.of("a", "b", "c", "d", "e"))
            .build();
    GenerationResult result =
        new Generator(model.session())
            .decoder(tokens -> text(list(tokens)))
            .generate(config, new int[][] {{1, 2}});
    assertEquals(3, result.sequences().size());
    result.sequences().forEach(s -> assertEquals(1, s.newTokens()));
  }

  @Test
  void cancellingReturnsTheBestRunningBeams() {
    TableModel model = new TableModel(10, 4);
    int[] polls = {0};
    GenerationConfig config = GenerationConfig.builder().numBeams(3).maxNewTokens(50).build();
    GeneratedSequence sequence =
        new Generator(model.session())
            .cancelWhen(() -> ++polls[0] == 6)
            .generate(config, new int[][] {{1, 2}})
            .sequences()
            .get(0);
    assertEquals(6, sequence.newTokens());
    assertEquals(FinishReason.CANCELLED, sequence.finishReason());
  }

  private static List<List<Integer>> ids(GenerationResult result) {
    return result.sequences().stream().map(s -> list(s.ids())).toList();
  }

  private static String text(List<Integer> tokens) {
    return tokens.stream().map(t -> "" + (char) ('a' + t)).collect(Collectors.joining());
  }
}
