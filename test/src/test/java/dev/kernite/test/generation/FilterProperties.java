package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.generation.LogitsProcessor;
import dev.kernite.models.generation.MinP;
import dev.kernite.models.generation.NextTokenScores;
import dev.kernite.models.generation.NoRepeatNgram;
import dev.kernite.models.generation.RepetitionPenalty;
import dev.kernite.models.generation.TopK;
import dev.kernite.models.generation.TopP;
import dev.kernite.models.generation.TypicalP;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What each filter promises, on random scores with ties and ruled-out tokens. */
final class FilterProperties {

  @Provide
  Arbitrary<float[]> scores() {
    Arbitrary<Float> any = Arbitraries.floats().between(-12, 12);
    Arbitrary<Float> tied = Arbitraries.of(-3f, 0f, 0.5f, 4f);
    Arbitrary<Float> out = Arbitraries.just(Float.NEGATIVE_INFINITY);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(6, any),
            net.jqwik.api.Tuple.of(3, tied),
            net.jqwik.api.Tuple.of(1, out))
        .list()
        .ofMinSize(1)
        .ofMaxSize(200)
        .filter(list -> list.stream().anyMatch(x -> x > Float.NEGATIVE_INFINITY))
        .map(
            list -> {
              float[] array = new float[list.size()];
              for (int i = 0; i < array.length; i++) {
                array[i] = list.get(i);
              }
              return array;
            });
  }

  private static float[] apply(LogitsProcessor processor, float[] scores, int... tokens) {
    NextTokenScores row = new NextTokenScores(scores.length);
    row.load(scores, 0, tokens, tokens.length);
    processor.apply(row);
    for (int i = 0; i < scores.length; i++) {
      assertTrue(
          row.scores()[i] == scores[i] || row.scores()[i] == Float.NEGATIVE_INFINITY,
          "a filter keeps a score or rules it out");
    }
    return row.scores();
  }

  private static List<Integer> kept(float[] scores) {
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] > Float.NEGATIVE_INFINITY) {
        kept.add(i);
      }
    }
    return kept;
  }

  private static double[] softmax(float[] scores) {
    double[] p = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.exp(scores[i]);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  @Property
  void topPKeepsTheSmallestSetThatReachesTheMass(
      @ForAll("scores") float[] scores,
      @ForAll @DoubleRange(min = 0.01, max = 0.99) double p,
      @ForAll @IntRange(min = 1, max = 4) int minimum) {
    double[] probability = softmax(scores);
    List<Integer> kept = kept(apply(new TopP(p, minimum), scores));
    double mass = kept.stream().mapToDouble(i -> probability[i]).sum();
    double smallest = kept.stream().mapToDouble(i -> probability[i]).min().orElseThrow();
    double slack = 1e-6;
    assertTrue(mass >= p - slack, "reaches the mass");
    assertTrue(kept.size() <= minimum || mass - smallest < p + slack, "no token too many");
    assertTrue(kept.size() >= Math.min(minimum, kept(scores).size()));
    for (int i = 0; i < scores.length; i++) {
      assertTrue(kept.contains(i) || probability[i] <= smallest, "the most probable ones");
    }
  }

  @Property
  void topKKeepsTheKLargestAndTheirTies(
      @ForAll("scores") float[] scores, @ForAll @IntRange(min = 1, max = 250) int k) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    float limit = sorted[Math.max(0, sorted.length - k)];
    float[] result = apply(new TopK(k), scores);
    for (int i = 0; i < scores.length; i++) {
      assertEquals(scores[i] < limit ? Float.NEGATIVE_INFINITY : scores[i], result[i]);
    }
  }

  @Property
  void minPKeepsAShareOfTheBest(
      @ForAll("scores") float[] scores,
      @ForAll @DoubleRange(min = 0, max = 1) double share,
      @ForAll @IntRange(min = 1, max = 4) int minimum) {
    double[] probability = softmax(scores);
    double best = Arrays.stream(probability).max().orElseThrow();
    List<Integer> kept = kept(apply(new MinP(share, minimum), scores));
    long wanted = Arrays.stream(probability).filter(q -> q >= share * best * 1.00001).count();
    long allowed = Arrays.stream(probability).filter(q -> q >= share * best * 0.99999).count();
    assertTrue(kept.size() >= Math.min(wanted, kept(scores).size()));
    assertTrue(kept.size() <= Math.max(allowed, minimum));
    assertTrue(kept.size() >= Math.min(minimum, kept(scores).size()));
    double smallest = kept.stream().mapToDouble(i -> probability[i]).min().orElseThrow();
    for (int i = 0; i < scores.length; i++) {
      assertTrue(kept.contains(i) || probability[i] <= smallest);
    }
  }

  @Property
  void typicalPReachesTheMass(
      @ForAll("scores") float[] scores, @ForAll @DoubleRange(min = 0.05, max = 0.95) double mass) {
    double[] probability = softmax(scores);
    List<Integer> kept = kept(apply(new TypicalP(mass), scores));
    assertTrue(kept.stream().mapToDouble(i -> probability[i]).sum() >= mass - 1e-6);
    double entropy = 0;
    for (double q : probability) {
      entropy -= q > 0 ? q * Math.log(q) : 0;
    }
    double h = entropy;
    double farthest =
        kept.stream().mapToDouble(i -> Math.abs(-Math.log(probability[i]) - h)).max().orElseThrow();
    for (int i = 0; i < scores.length; i++) {
      assertTrue(
          kept.contains(i) || Math.abs(-Math.log(probability[i]) - h) >= farthest - 1e-4,
          "the most typical ones");
    }
  }

  @Property
  void noNgramOccursTwice(
      @ForAll @IntRange(min = 1, max = 4) int n,
      @ForAll List<@IntRange(min = 0, max = 3) Integer> tokens) {
    int[] row = tokens.stream().mapToInt(Integer::intValue).toArray();
    float[] result = apply(new NoRepeatNgram(n), new float[] {1, 2, 3, 4}, row);
    for (int next = 0; next < 4; next++) {
      List<Integer> longer = new ArrayList<>(tokens);
      longer.add(next);
      boolean repeats = false;
      if (longer.size() >= n) {
        List<Integer> last = longer.subList(longer.size() - n, longer.size());
        for (int s = 0; s + n < longer.size(); s++) {
          repeats |= longer.subList(s, s + n).equals(last);
        }
      }
      assertEquals(repeats, result[next] == Float.NEGATIVE_INFINITY);
    }
  }

  @Property
  void thePenaltyActsOnceOnEachTokenOfTheRow(
      @ForAll List<@IntRange(min = 0, max = 5) Integer> tokens,
      @ForAll @DoubleRange(min = 0.5, max = 2) double penalty) {
    float[] scores = {1.5f, -2, 0, 3, -0.25f, Float.NEGATIVE_INFINITY};
    NextTokenScores row = new NextTokenScores(scores.length);
    int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
    row.load(scores, 0, ids, ids.length);
    new RepetitionPenalty(penalty).apply(row);
    for (int i = 0; i < scores.length; i++) {
      float changed = scores[i] < 0 ? scores[i] * (float) penalty : scores[i] / (float) penalty;
      assertEquals(tokens.contains(i) ? changed : scores[i], row.scores()[i]);
    }
  }
}
