package dev.kernite.models.data;

import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.training.Fingerprint;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The items of two data sets, those of the first before those of the second.
 *
 * @param first some items
 * @param second more of the same shape and classes
 */
public record Joined(Dataset first, Dataset second) implements Dataset {
  /** Checks that they are of a kind. */
  public Joined {
    if (!first.itemShape().equals(second.itemShape())
        || !first.classes().equals(second.classes())) {
      throw new ModelException(
          "items %s of classes %s cannot be joined with items %s of classes %s"
              .formatted(first.itemShape(), first.classes(), second.itemShape(), second.classes()));
    }
    if ((long) first.size() + second.size() > Integer.MAX_VALUE) {
      throw new ModelException("more than 2^31 items cannot be joined");
    }
  }

  @Override
  public int size() {
    return first.size() + second.size();
  }

  @Override
  public Shape itemShape() {
    return first.itemShape();
  }

  @Override
  public List<String> classes() {
    return first.classes();
  }

  @Override
  public int label(int index) {
    return index < first.size() ? first.label(index) : second.label(index - first.size());
  }

  @Override
  public void read(int index, MemorySegment target) {
    if (index < first.size()) {
      first.read(index, target);
    } else {
      second.read(index - first.size(), target);
    }
  }

  @Override
  public long fingerprint() {
    long a = first.fingerprint();
    long b = second.fingerprint();
    int[] words = {(int) a, (int) (a >>> 32), (int) b, (int) (b >>> 32)};
    return new Fingerprint().add(words).value();
  }
}
