package dev.kernite.tokenizer.train;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.model.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Learns the pieces of a unigram language model and their log probabilities (Kudo 2018): from all
 * frequent substrings, expectation maximisation gives each a probability, then those go without
 * which the text is hardly less likely; until few enough are left. Characters always stay.
 *
 * <p>Words are summed in chunks of fixed size, in order, so the result does not depend on the
 * number of threads.
 */
public final class UnigramLearner {
  /**
   * A piece that was learned.
   *
   * @param text its text
   * @param score its log probability
   */
  public record Piece(String text, double score) {}

  private static final int SEEDS = 1_000_000;
  private static final int UPDATES_BETWEEN_CUTS = 2;
  private static final double SHRINKING_FACTOR = 0.75;
  private static final double LEAST_EXPECTED = 0.5;
  private static final double SURPLUS = 1.1; // the last cut is by probability alone
  private static final int CHUNKS = 8;

  /** So few digits that every reader of the file finds the same double. */
  private static final double DIGITS = 1e10;

  private final int[][] words;
  private final long[] counts;
  private List<String> pieces;
  private double[] scores;

  /**
   * Begins with all frequent substrings.
   *
   * @param wordCounts the words and how often each is there
   * @param maxPieceLength the longest piece, in characters
   */
  public UnigramLearner(WordCounts wordCounts, int maxPieceLength) {
    words = new int[wordCounts.size()][];
    counts = new long[words.length];
    for (int w = 0; w < words.length; w++) {
      words[w] = wordCounts.word(w).codePoints().toArray();
      counts[w] = wordCounts.count(w);
    }
    List<SeedPieces.Seed> seeds = new SeedPieces(words, counts).find(maxPieceLength, SEEDS);
    double sum = seeds.stream().mapToDouble(SeedPieces.Seed::weight).sum();
    pieces = new ArrayList<>(seeds.stream().map(SeedPieces.Seed::text).toList());
    scores = seeds.stream().mapToDouble(s -> Math.log(s.weight()) - Math.log(sum)).toArray();
  }

  /**
   * Returns the pieces by falling probability.
   *
   * @param size how many at most
   * @throws TokenizerException if there are more characters than that
   */
  public List<Piece> learn(int size) {
    long characters = pieces.stream().filter(UnigramLearner::isCharacter).count();
    if (characters > size) {
      throw new TokenizerException(
          "%d pieces are too few: the text has %d different characters"
              .formatted(size, characters));
    }
    int wanted = (int) (size * SURPLUS);
    while (true) {
      for (int i = 0; i < UPDATES_BETWEEN_CUTS; i++) {
        maximize(expected());
      }
      int before = pieces.size();
      if (before <= wanted) {
        break;
      }
      prune(Math.max(wanted, (int) (before * SHRINKING_FACTOR)));
      if (pieces.size() == before) {
        break; // nothing is left that can be done without
      }
    }
    return best(size);
  }

  private static boolean isCharacter(String piece) {
    return piece.codePointCount(0, piece.length()) == 1;
  }

  /** The E step: how often each piece is expected in the text. */
  private double[] expected() {
    PieceLattice lattice = new PieceLattice(pieces, scores);
    return summed((w, sums) -> lattice.addExpected(words[w], counts[w], sums));
  }

  /** The M step, in its Bayesian form, which makes rare pieces rarer. */
  private void maximize(double[] expected) {
    List<String> kept = new ArrayList<>();
    double[] frequencies = new double[expected.length];
    double sum = 0;
    for (int id = 0; id < expected.length; id++) {
      if (expected[id] >= LEAST_EXPECTED || isCharacter(pieces.get(id))) {
        double frequency = Math.max(expected[id], LEAST_EXPECTED);
        frequencies[kept.size()] = frequency;
        kept.add(pieces.get(id));
        sum += frequency;
      }
    }
    double logOfSum = digamma(sum);
    pieces = kept;
    scores = Arrays.stream(frequencies, 0, kept.size()).map(f -> digamma(f) - logOfSum).toArray();
  }

  /** Drops the pieces without which the likelihood of the text falls least. */
  private void prune(int target) {
    PieceLattice lattice = new PieceLattice(pieces, scores);
    double[] frequencies =
        summed(
            (w, sums) -> {
              for (int id : lattice.best(words[w], Vocabulary.NONE)) {
                sums[id] += counts[w];
              }
            });
    double sum = Arrays.stream(frequencies).sum();
    double[] losses = new double[pieces.size()]; // infinite: stays in any case
    IntStream.range(0, losses.length)
        .parallel()
        .forEach(id -> losses[id] = loss(id, lattice, frequencies, sum));
    int[] byLoss =
        IntStream.range(0, losses.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer id) -> -losses[id]).thenComparing(id -> id))
            .mapToInt(Integer::intValue)
            .toArray();
    boolean[] stays = new boolean[losses.length];
    for (int i = 0; i < byLoss.length; i++) {
      int id = byLoss[i];
      stays[id] = losses[id] == Double.POSITIVE_INFINITY || (i < target && losses[id] >= 0);
    }
    List<String> kept = new ArrayList<>();
    double[] keptScores = new double[losses.length];
    for (int id = 0; id < stays.length; id++) {
      if (stays[id]) {
        keptScores[kept.size()] = scores[id];
        kept.add(pieces.get(id));
      }
    }
    pieces = kept;
    scores = Arrays.copyOf(keptScores, kept.size());
  }

  /**
   * How much less likely the text is without a piece, if its occurrences are cut in the next best
   * way; less than nothing where it is never used.
   */
  private double loss(int id, PieceLattice lattice, double[] frequencies, double sum) {
    if (isCharacter(pieces.get(id))) {
      return Double.POSITIVE_INFINITY;
    }
    double frequency = frequencies[id];
    if (frequency == 0) {
      return -1;
    }
    int[] instead = lattice.best(pieces.get(id).codePoints().toArray(), id);
    double logSumInstead = Math.log(sum + frequency * (instead.length - 1));
    double logInstead = 0;
    for (int other : instead) {
      logInstead += Math.log(frequencies[other] + frequency) - logSumInstead;
    }
    double log = Math.log(frequency) - Math.log(sum);
    return Math.max(frequency / sum * (log - logInstead), 0);
  }

  private List<Piece> best(int size) {
    List<Piece> all =
        IntStream.range(0, pieces.size())
            .mapToObj(id -> new Piece(pieces.get(id), Math.rint(scores[id] * DIGITS) / DIGITS))
            .sorted(Comparator.comparingDouble((Piece p) -> -p.score()).thenComparing(Piece::text))
            .toList();
    int characters = (int) all.stream().filter(p -> isCharacter(p.text())).count();
    int[] room = {size - characters};
    return all.stream().filter(p -> isCharacter(p.text()) || room[0]-- > 0).toList();
  }

  private interface OfWord {
    void add(int word, double[] sums);
  }

  /** Sums over all words, by piece. */
  private double[] summed(OfWord ofWord) {
    int each = Math.ceilDiv(words.length, CHUNKS);
    double[][] parts = new double[CHUNKS][pieces.size()];
    IntStream.range(0, CHUNKS)
        .parallel()
        .forEach(
            c -> {
              int end = Math.min(words.length, (c + 1) * each);
              for (int w = c * each; w < end; w++) {
                ofWord.add(w, parts[c]);
              }
            });
    double[] sums = parts[0];
    for (int c = 1; c < CHUNKS; c++) {
      for (int id = 0; id < sums.length; id++) {
        sums[id] += parts[c][id];
      }
    }
    return sums;
  }

  /** The derivative of the logarithm of the gamma function (Abramowitz and Stegun, 6.3.18). */
  private static double digamma(double x) {
    double result = 0;
    double y = x;
    for (; y < 7; y++) {
      result -= 1 / y;
    }
    double r = 1 / (y * y);
    return result
        + Math.log(y)
        - 0.5 / y
        - r * (1 / 12.0 - r * (1 / 120.0 - r * (1 / 252.0 - r * (1 / 240.0 - r / 132.0))));
  }
}
