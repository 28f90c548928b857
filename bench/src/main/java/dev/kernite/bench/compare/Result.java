package dev.kernite.bench.compare;

import dev.kernite.kernels.Roofs;
import dev.kernite.models.measure.Spread;
import dev.kernite.models.measure.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One piece of work with everybody's score.
 *
 * @param group what it belongs to: {@code gemm}, {@code ops}, {@code ladder}, {@code models},
 *     {@code encoders}, {@code tokenizers}
 * @param kind what geometric means are taken over: {@code gemm M=8}, {@code softmax}
 * @param op what is computed
 * @param shape of the operands
 * @param dtype of the operands
 * @param threads everybody's number of threads; 0 on a device
 * @param flops of a run
 * @param bytes of a run
 * @param items what a run takes in or gives out, 0 for nothing to count
 * @param item what they are: tokens, sentences
 * @param scores ours first
 */
record Result(
    String group,
    String kind,
    String op,
    String shape,
    String dtype,
    int threads,
    double flops,
    double bytes,
    double items,
    String item,
    List<Score> scores) {

  static Result of(String group, String kind, Workload work, int threads, List<Score> scores) {
    return new Result(
        group,
        kind,
        work.op(),
        work.shape(),
        work.dtype(),
        threads,
        work.flops(),
        work.bytes(),
        work.items(),
        work.item(),
        scores);
  }

  /**
   * One of our ways against one peer.
   *
   * @param result what was done
   * @param ours our score
   * @param peer the peer's best score, null without peers
   */
  record Row(Result result, Score ours, Score peer) {
    Spread time() {
      return ours.timing().quoted(result.threads);
    }

    Spread peerTime() {
      return peer.timing().quoted(result.threads);
    }

    /** How many times as fast as the peer we are. */
    double ratio() {
      return peerTime().median() / time().median();
    }

    double peakPercent(Roofs roofs) {
      return 100 * result.flops / time().median() / roofs.flops();
    }

    double bandwidthPercent(Roofs roofs) {
      return 100 * ours.bytes() / time().median() / roofs.bytes();
    }

    /** Above 100 where operands stayed in the caches. */
    double rooflinePercent(Roofs roofs) {
      return 100 * roofs.seconds(result.flops, ours.bytes()) / time().median();
    }

    double flopsPerSecond() {
      return result.flops / time().median();
    }

    double itemsPerSecond() {
      return result.items / time().median();
    }

    /** The kind, with our variant where we have several. */
    String kind() {
      return ours.variant().isEmpty() ? result.kind : result.kind + ", " + ours.variant();
    }
  }

  /** Each of our ways against each peer's best way; one row without a peer where there is none. */
  List<Row> rows() {
    Map<String, Score> best = new LinkedHashMap<>();
    for (Score score : scores) {
      if (!score.ours()) {
        best.merge(score.engine(), score, this::faster);
      }
    }
    List<Row> rows = new ArrayList<>();
    for (Score score : scores) {
      if (score.ours()) {
        best.values().forEach(peer -> rows.add(new Row(this, score, peer)));
        if (best.isEmpty()) {
          rows.add(new Row(this, score, null));
        }
      }
    }
    return rows;
  }

  private Score faster(Score a, Score b) {
    return Comparator.<Score>comparingDouble(s -> s.timing().quoted(threads).median()).compare(a, b)
            <= 0
        ? a
        : b;
  }
}
