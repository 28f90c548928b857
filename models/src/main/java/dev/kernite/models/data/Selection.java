package dev.kernite.models.data;

import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.training.Draws;
import dev.kernite.models.training.Fingerprint;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Some items of a {@link Dataset}, in an order of their own. */
public final class Selection implements Dataset {
  /** Names the stream of {@link #perClass} ("PERC"). */
  private static final long STREAM = 0x5045_5243L << 32;

  private final Dataset all;
  private final int[] indices;

  /**
   * Selects items; an item may come more than once.
   *
   * @throws ModelException if none is selected, or one that there is not
   */
  public Selection(Dataset all, int... indices) {
    if (indices.length == 0) {
      throw new ModelException("a selection needs at least one item");
    }
    for (int index : indices) {
      if (index < 0 || index >= all.size()) {
        throw new ModelException(
            "item %d: there are the items 0 to %d".formatted(index, all.size() - 1));
      }
    }
    this.all = all;
    this.indices = indices.clone();
  }

  /**
   * As many items of each class, chosen by a seed, in the order they have in the data.
   *
   * @param count items of each class
   * @throws ModelException if the data has no classes, or one of them fewer items
   */
  public static Selection perClass(Dataset all, int count, long seed) {
    int classes = all.classes().size();
    if (classes == 0 || count < 1) {
      throw new ModelException(
          "%d items of each of %d classes: both must be at least 1".formatted(count, classes));
    }
    int[] taken = new int[classes];
    boolean[] chosen = new boolean[all.size()];
    for (int index : new Draws(seed, STREAM).permutation(all.size(), 0)) {
      int label = all.label(index);
      if (label >= 0 && taken[label] < count) {
        taken[label]++;
        chosen[index] = true;
      }
    }
    for (int label = 0; label < classes; label++) {
      if (taken[label] < count) {
        throw new ModelException(
            "class '%s' has %d items, %d were asked for"
                .formatted(all.classes().get(label), taken[label], count));
      }
    }
    int[] indices = new int[classes * count];
    for (int index = 0, at = 0; index < chosen.length; index++) {
      if (chosen[index]) {
        indices[at++] = index;
      }
    }
    return new Selection(all, indices);
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public Shape itemShape() {
    return all.itemShape();
  }

  @Override
  public List<String> classes() {
    return all.classes();
  }

  @Override
  public int label(int index) {
    return all.label(indices[index]);
  }

  @Override
  public void read(int index, MemorySegment target) {
    all.read(indices[index], target);
  }

  @Override
  public long fingerprint() {
    long whole = all.fingerprint();
    return new Fingerprint()
        .add(new int[] {(int) whole, (int) (whole >>> 32)})
        .add(indices)
        .value();
  }
}
