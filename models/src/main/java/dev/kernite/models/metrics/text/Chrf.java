package dev.kernite.models.metrics.text;

import dev.kernite.models.ModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * chrF (Popović 2015): the F-score of character n-grams, which needs no tokenizer; with n-grams of
 * words too it is chrF++ (Popović 2017). With the settings of sacreBLEU, to the results of its
 * version 2.6.0.
 *
 * @param charOrder longest n-grams of characters (code points), at least 1
 * @param wordOrder longest n-grams of words, 0 for none; chrF++ has 2
 * @param beta how many times as much recall counts as precision
 * @param lowercase whether case is ignored
 * @param whitespace whether white space counts as characters
 * @param epsSmoothing whether orders without n-grams count, with a tiny precision and recall, as in
 *     chrF++.py; else they are left out
 */
public record Chrf(
    int charOrder,
    int wordOrder,
    int beta,
    boolean lowercase,
    boolean whitespace,
    boolean epsSmoothing) {
  /** chrF2 as sacreBLEU scores it: characters up to 6, no words, recall twice as important. */
  public static final Chrf DEFAULT = new Chrf(6, 0, 2, false, false, false);

  /** The same with words up to 2: chrF2++. */
  public static final Chrf PLUS_PLUS = DEFAULT.withWordOrder(2);

  private static final int MOST_ORDERS = 1000;
  private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

  /** Checks the numbers. */
  public Chrf {
    requireOrder("character", charOrder, 1);
    requireOrder("word", wordOrder, 0);
    if (beta < 1) {
      throw new ModelException("chrF's beta must be 1 or more, not " + beta);
    }
  }

  private static void requireOrder(String kind, int order, int least) {
    if (order < least || order > MOST_ORDERS) {
      throw new ModelException(
          "chrF's %s order must be from %d to %d, not %d"
              .formatted(kind, least, MOST_ORDERS, order));
    }
  }

  /** The same with n-grams of characters up to another order. */
  public Chrf withCharOrder(int order) {
    return new Chrf(order, wordOrder, beta, lowercase, whitespace, epsSmoothing);
  }

  /** The same with n-grams of words up to another order. */
  public Chrf withWordOrder(int order) {
    return new Chrf(charOrder, order, beta, lowercase, whitespace, epsSmoothing);
  }

  /** The same with another weight of recall. */
  public Chrf withBeta(int weight) {
    return new Chrf(charOrder, wordOrder, weight, lowercase, whitespace, epsSmoothing);
  }

  /** The same, case ignored or not. */
  public Chrf withLowercase(boolean on) {
    return new Chrf(charOrder, wordOrder, beta, on, whitespace, epsSmoothing);
  }

  /** The same, white space counted or not. */
  public Chrf withWhitespace(boolean on) {
    return new Chrf(charOrder, wordOrder, beta, lowercase, on, epsSmoothing);
  }

  /** The same with or without tiny counts for orders without n-grams. */
  public Chrf withEpsSmoothing(boolean on) {
    return new Chrf(charOrder, wordOrder, beta, lowercase, whitespace, on);
  }

  /**
   * N-grams of one order.
   *
   * @param hypothesis how many there are in the hypothesis
   * @param reference how many in the reference
   * @param matches how many in both
   */
  private record Order(long hypothesis, long reference, long matches) {
    static <T> Order of(Map<T, Integer> hypothesis, Map<T, Integer> reference) {
      return new Order(
          reference.isEmpty() ? 0 : Ngrams.total(hypothesis), // no reference, no mistake
          Ngrams.total(reference),
          Ngrams.shared(hypothesis, reference));
    }

    Order plus(Order other) {
      return new Order(
          hypothesis + other.hypothesis, reference + other.reference, matches + other.matches);
    }
  }

  /** N-grams of a text by order: of characters, then of words. */
  private record Counts(List<Map<String, Integer>> chars, List<Map<List<String>, Integer>> words) {}

  /**
   * Scores a corpus: n-grams are added up, of each segment those of its best reference.
   *
   * @throws ModelException if it is empty
   */
  public ChrfScore corpus(List<Segment> corpus) {
    Segment.requireSome(corpus);
    return score(corpus.stream().map(this::best).reduce(Chrf::sum).orElseThrow());
  }

  /** Scores one segment, against its best reference. */
  public ChrfScore sentence(Segment segment) {
    return score(best(segment));
  }

  private ChrfScore score(List<Order> orders) {
    return new ChrfScore("chrF" + beta + "+".repeat(wordOrder), fScore(orders));
  }

  /** Against the reference that gives the highest score, the first such. */
  private List<Order> best(Segment segment) {
    Counts hypothesis = counts(segment.hypothesis());
    List<Order> best = null;
    double highest = -1;
    for (String reference : segment.references()) {
      List<Order> orders = compare(hypothesis, counts(reference));
      double score = fScore(orders);
      if (score > highest) {
        highest = score;
        best = orders;
      }
    }
    return best;
  }

  private Counts counts(String raw) {
    String text = lowercase ? raw.toLowerCase(Locale.ROOT) : raw;
    String characters = whitespace ? text : String.join("", WhiteSpace.split(text));
    int[] starts = Ngrams.starts(characters);
    Counts counts = new Counts(new ArrayList<>(), new ArrayList<>());
    for (int n = 1; n <= charOrder; n++) {
      counts.chars.add(Ngrams.of(characters, starts, n));
    }
    List<String> words = wordOrder == 0 ? List.of() : words(text);
    for (int n = 1; n <= wordOrder; n++) {
      counts.words.add(Ngrams.of(words, n));
    }
    return counts;
  }

  /** Words, with one punctuation mark cut off: the last, or else the first. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    for (String word : WhiteSpace.split(text)) {
      int last = word.length() - 1;
      if (last > 0 && PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
        words.add(word.substring(0, last));
        words.add(word.substring(last));
      } else if (last > 0 && PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
        words.add(word.substring(0, 1));
        words.add(word.substring(1));
      } else {
        words.add(word);
      }
    }
    return words;
  }

  private static List<Order> compare(Counts hypothesis, Counts reference) {
    List<Order> orders = new ArrayList<>();
    for (int i = 0; i < hypothesis.chars.size(); i++) {
      orders.add(Order.of(hypothesis.chars.get(i), reference.chars.get(i)));
    }
    for (int i = 0; i < hypothesis.words.size(); i++) {
      orders.add(Order.of(hypothesis.words.get(i), reference.words.get(i)));
    }
    return orders;
  }

  private static List<Order> sum(List<Order> first, List<Order> second) {
    List<Order> sum = new ArrayList<>();
    for (int i = 0; i < first.size(); i++) {
      sum.add(first.get(i).plus(second.get(i)));
    }
    return sum;
  }

  private double fScore(List<Order> orders) {
    return epsSmoothing ? meanOfScores(orders) : scoreOfMeans(orders);
  }

  /** F-score of the mean precision and recall of the orders that both texts are long enough for. */
  private double scoreOfMeans(List<Order> orders) {
    double precision = 0;
    double recall = 0;
    int counted = 0;
    for (Order order : orders) {
      if (order.hypothesis > 0 && order.reference > 0) {
        precision += (double) order.matches / order.hypothesis;
        recall += (double) order.matches / order.reference;
        counted++;
      }
    }
    return precision + recall == 0 ? 0 : 100 * fScore(precision / counted, recall / counted);
  }

  /** Mean of the orders' F-scores. */
  private double meanOfScores(List<Order> orders) {
    double tiny = 1e-16;
    double sum = 0;
    for (Order order : orders) {
      double precision = order.hypothesis > 0 ? (double) order.matches / order.hypothesis : tiny;
      double recall = order.reference > 0 ? (double) order.matches / order.reference : tiny;
      sum += precision + recall > 0 ? fScore(precision, recall) : tiny;
    }
    return 100 * sum / orders.size();
  }

  private double fScore(double precision, double recall) {
    double weight = (double) beta * beta;
    return (1 + weight) * precision * recall / (weight * precision + recall);
  }

  /** The settings in sacreBLEU's form, by which others can repeat a score. */
  public String signature(List<Segment> corpus) {
    return "nrefs:%s|case:%s|eff:%s|nc:%d|nw:%d|space:%s"
        .formatted(
            Segment.referenceCount(corpus),
            lowercase ? "lc" : "mixed",
            epsSmoothing ? "no" : "yes",
            charOrder,
            wordOrder,
            whitespace ? "yes" : "no");
  }
}
