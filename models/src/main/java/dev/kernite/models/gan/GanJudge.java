package dev.kernite.models.gan;

import java.util.List;

/**
 * Measures what a generator makes. What it draws is its own, the same each time, so judging changes
 * nothing of a run.
 */
public sealed interface GanJudge permits SampleJudge, EnlargementJudge {
  /** What came out. */
  sealed interface Verdict permits SampleJudge.Verdict, EnlargementJudge.Verdict {
    /** The measures as numbers, in the order of {@link GanJudge#columns}. */
    double[] values();
  }

  /**
   * Names of the measures.
   *
   * @param gan whose generator will be judged
   */
  List<String> columns(Gan gan);

  /** Judges a generator as it is now. */
  Verdict judge(Gan gan);
}
