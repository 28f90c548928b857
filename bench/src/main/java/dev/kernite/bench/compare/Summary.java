package dev.kernite.bench.compare;

import dev.kernite.bench.compare.Result.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of one kind against one peer in one line.
 *
 * @param kind what they have in common
 * @param threads of all of them
 * @param peer its name
 * @param rows how many
 * @param mean geometric mean of the ratios
 * @param worst least ratio
 * @param best greatest ratio
 */
record Summary(
    String kind, int threads, String peer, int rows, double mean, double worst, double best) {
  private record Key(String kind, int threads, String peer) {}

  /** One a kind, number of threads and peer, in the order of first appearance. */
  static List<Summary> of(List<Result> results) {
    Map<Key, List<Double>> ratios = new LinkedHashMap<>();
    for (Result result : results) {
      for (Row row : result.rows()) {
        if (row.peer() != null) {
          Key key = new Key(row.kind(), result.threads(), row.peer().engine());
          ratios.computeIfAbsent(key, k -> new ArrayList<>()).add(row.ratio());
        }
      }
    }
    List<Summary> summaries = new ArrayList<>();
    ratios.forEach((key, values) -> summaries.add(of(key, values)));
    return summaries;
  }

  private static Summary of(Key key, List<Double> ratios) {
    double mean = Math.exp(ratios.stream().mapToDouble(Math::log).average().orElseThrow());
    double worst = ratios.stream().mapToDouble(r -> r).min().orElseThrow();
    double best = ratios.stream().mapToDouble(r -> r).max().orElseThrow();
    return new Summary(key.kind, key.threads, key.peer, ratios.size(), mean, worst, best);
  }
}
