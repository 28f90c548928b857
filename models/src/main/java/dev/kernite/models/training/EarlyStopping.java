package dev.kernite.models.training;

import java.util.List;

/**
 * Ends a run whose held-out loss no longer falls (Prechelt 1998). It follows from the evaluations
 * alone, so a resumed run stops where an unbroken one does.
 */
final class EarlyStopping {
  private EarlyStopping() {}

  /** Which evaluation has the lowest loss, the first of equals; -1 if there is none. */
  static int best(List<Evaluation> evaluations) {
    int best = -1;
    for (int i = 0; i < evaluations.size(); i++) {
      if (best < 0 || evaluations.get(i).loss() < evaluations.get(best).loss()) {
        best = i;
      }
    }
    return best;
  }

  /** Whether the last {@code patience} evaluations were no better than one before; 0 for never. */
  static boolean due(List<Evaluation> evaluations, int patience) {
    return patience > 0
        && !evaluations.isEmpty()
        && evaluations.size() - 1 - best(evaluations) >= patience;
  }
}
