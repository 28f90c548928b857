package dev.kernite.models.t5;

/**
 * Buckets of relative positions (Raffel et al. 2020, section 2.1): near positions have one each,
 * farther ones share one with their like on a logarithmic scale, all from the greatest distance on
 * the last.
 *
 * @param bidirectional whether later keys have buckets of their own, the upper half; else they
 *     share that of distance 0
 * @param buckets how many there are
 * @param maxDistance from here on all share the last
 */
public record RelativePositions(boolean bidirectional, int buckets, int maxDistance) {

  /**
   * The bucket of a key as a query sees it.
   *
   * @param relative key's position minus query's
   * @return 0 to buckets - 1
   */
  public int bucket(int relative) {
    int half = bidirectional ? buckets / 2 : buckets;
    int first = bidirectional && relative > 0 ? half : 0;
    int distance = bidirectional ? Math.abs(relative) : Math.max(0, -relative);
    int exact = half / 2;
    if (distance < exact) {
      return first + distance;
    }
    // In float32 as the original does: at powers of the base a double would round the other way.
    float share =
        (float) Math.log((float) distance / exact) / (float) Math.log((double) maxDistance / exact);
    return first + Math.min(half - 1, exact + (int) (share * (half - exact)));
  }

  /**
   * Buckets of all pairs of positions.
   *
   * @return [queries * keys] row-major
   */
  int[] all(int queries, int keys) {
    // Along a diagonal the bucket is the same: computed once each, not once a pair.
    int[] byRelative = new int[queries + keys - 1];
    for (int i = 0; i < byRelative.length; i++) {
      byRelative[i] = bucket(i - (queries - 1));
    }
    int[] all = new int[Math.multiplyExact(queries, keys)];
    for (int q = 0; q < queries; q++) {
      System.arraycopy(byRelative, queries - 1 - q, all, q * keys, keys);
    }
    return all;
  }
}
