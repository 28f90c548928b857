package dev.kernite.test.generation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.generation.DecodeSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A language model that is a table: the logits of the next token depend on the last two real
 * tokens. Small enough to enumerate, and strict about how its session is used.
 */
final class TableModel {
  final int vocab;
  final double[][][] logits; // [token before last, vocab for none][last token][next token]

  TableModel(int vocab, long seed) {
    this.vocab = vocab;
    logits = new double[vocab + 1][vocab][vocab];
    Random random = new Random(seed);
    for (double[][] plane : logits) {
      for (double[] row : plane) {
        Arrays.setAll(row, i -> (float) (1.5 * random.nextGaussian()));
      }
    }
  }

  /** ln p(next | tokens), in float64. */
  double logProbability(List<Integer> tokens, int next) {
    double[] row = row(tokens);
    double sum = Arrays.stream(row).map(Math::exp).sum();
    return row[next] - Math.log(sum);
  }

  double[] row(List<Integer> tokens) {
    int n = tokens.size();
    return logits[n > 1 ? tokens.get(n - 2) : vocab][tokens.get(n - 1)];
  }

  Session session(int maxPositions) {
    return new Session(maxPositions);
  }

  Session session() {
    return session(Integer.MAX_VALUE);
  }

  /** Counts its calls, and fails on a call that the contract forbids. */
  final class Session implements DecodeSession {
    private final int maxPositions;
    private List<List<Integer>> rows;
    private int positions;
    int steps;
    long rowsStepped;

    Session(int maxPositions) {
      this.maxPositions = maxPositions;
    }

    @Override
    public int vocabSize() {
      return vocab;
    }

    @Override
    public int maxPositions() {
      return maxPositions;
    }

    @Override
    public float[] prefill(int[][] ids, boolean[][] mask) {
      assertTrue(rows == null, "prefill comes once");
      rows = new ArrayList<>();
      for (int r = 0; r < ids.length; r++) {
        assertEquals(ids[0].length, ids[r].length, "rows are padded to one length");
        List<Integer> row = new ArrayList<>();
        for (int t = 0; t < ids[r].length; t++) {
          if (mask[r][t]) {
            row.add(ids[r][t]);
          } else {
            assertTrue(row.isEmpty(), "padding is on the left");
          }
        }
        rows.add(row);
      }
      positions = ids[0].length;
      return answer();
    }

    @Override
    public float[] step(int[] tokens) {
      assertEquals(rows.size(), tokens.length, "one token a row");
      positions++;
      assertTrue(positions <= maxPositions, "no position beyond the context");
      for (int r = 0; r < tokens.length; r++) {
        rows.get(r).add(tokens[r]);
      }
      steps++;
      rowsStepped += tokens.length;
      return answer();
    }

    @Override
    public void select(int[] selected) {
      List<List<Integer>> old = rows;
      rows = new ArrayList<>();
      for (int r : selected) {
        rows.add(new ArrayList<>(old.get(r)));
      }
    }

    @Override
    public void close() {}

    private float[] answer() {
      float[] result = new float[rows.size() * vocab];
      for (int r = 0; r < rows.size(); r++) {
        double[] row = row(rows.get(r));
        for (int i = 0; i < vocab; i++) {
          result[r * vocab + i] = (float) row[i];
        }
      }
      return result;
    }
  }
}
