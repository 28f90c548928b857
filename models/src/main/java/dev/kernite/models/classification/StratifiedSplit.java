package dev.kernite.models.classification;

import dev.kernite.models.ModelException;
import dev.kernite.models.training.Draws;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Cuts labelled texts into a part to learn from, a part that decides when to stop, and a part that
 * decides nothing and so tells how good the model is. Each has each class in the same share; which
 * texts it has follows from the seed.
 *
 * @param training numbers of the texts to learn from, ascending
 * @param validation numbers of the texts to stop by, ascending
 * @param test numbers of the texts to report on, ascending
 */
public record StratifiedSplit(int[] training, int[] validation, int[] test) {
  /** Names the streams of this class ("SPLI"). */
  private static final long STREAM = 0x5350_4C49L << 32;

  /**
   * Splits.
   *
   * @param classes class of each text
   * @param validation share of the texts, from 0 to below 1
   * @param test share of the texts
   * @throws ModelException if the shares leave nothing of a class to learn from
   */
  public static StratifiedSplit of(int[] classes, double validation, double test, long seed) {
    if (!(validation >= 0) || !(test >= 0) || !(validation + test < 1)) {
      throw new ModelException(
          "cannot hold out %s and %s of the data: each must be at least 0, both below 1"
              .formatted(validation, test));
    }
    int[] part = new int[classes.length];
    int most = Arrays.stream(classes).max().orElse(-1);
    for (int label = 0; label <= most; label++) {
      int wanted = label;
      int[] members =
          IntStream.range(0, classes.length).filter(i -> classes[i] == wanted).toArray();
      int[] order = new Draws(seed, STREAM + label).permutation(members.length, 0);
      int first = (int) Math.round(validation * members.length);
      int second = first + (int) Math.round(test * members.length);
      if (members.length > 0 && second >= members.length) {
        throw new ModelException(
            "class %d has %d texts, and %d would be held out; hold out less, or give more texts"
                .formatted(label, members.length, second));
      }
      for (int i = 0; i < second; i++) {
        part[members[order[i]]] = i < first ? 1 : 2;
      }
    }
    return new StratifiedSplit(members(part, 0), members(part, 1), members(part, 2));
  }

  private static int[] members(int[] part, int wanted) {
    return IntStream.range(0, part.length).filter(i -> part[i] == wanted).toArray();
  }
}
