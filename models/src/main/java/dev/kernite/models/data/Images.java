package dev.kernite.models.data;

import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.training.Fingerprint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Images of one size, a byte a value, in off-heap memory or a mapped file: 60,000 digits are 47 MB,
 * as float32 they would be four times as much. {@link #scaled} makes a {@link Dataset} of them,
 * whose values are computed when they are read.
 */
public final class Images implements AutoCloseable {
  private final Arena arena;
  private final MemorySegment pixels;
  private final int size;
  private final Shape itemShape;
  private final int[] labels;
  private final List<String> classes;

  /**
   * Takes images over.
   *
   * @param arena owns the pixels and is closed with the images; shared, if several threads read
   * @param pixels [n, channels, height, width], one byte each
   * @param itemShape [channels, height, width]
   * @param labels class of each image, or null for none
   * @param classes names of the classes; empty for none
   * @throws ModelException if there is no image, the numbers do not fit each other, or a label is
   *     not that of a class
   */
  public Images(
      Arena arena, MemorySegment pixels, Shape itemShape, int[] labels, List<String> classes) {
    this.arena = arena;
    this.pixels = pixels;
    this.itemShape = itemShape;
    this.labels = labels == null ? null : labels.clone();
    this.classes = List.copyOf(classes);
    if (itemShape.rank() != 3 || itemShape.size() == 0) {
      throw new ModelException(
          "images must be [channels, height, width] and not empty, not " + itemShape);
    }
    long count = pixels.byteSize() / itemShape.size();
    if (count < 1 || count > Integer.MAX_VALUE || count * itemShape.size() != pixels.byteSize()) {
      throw new ModelException(
          "%d bytes are no whole number of images %s, from 1 to 2^31"
              .formatted(pixels.byteSize(), itemShape));
    }
    size = (int) count;
    requireLabels();
  }

  private void requireLabels() {
    if (labels == null) {
      return;
    }
    if (labels.length != size) {
      throw new ModelException(
          "%d labels for %d images; there must be one for each".formatted(labels.length, size));
    }
    for (int i = 0; i < size; i++) {
      if (labels[i] < 0 || labels[i] >= classes.size()) {
        throw new ModelException(
            "image %d has the label %d; there are %d classes"
                .formatted(i, labels[i], classes.size()));
      }
    }
  }

  /** Number of images. */
  public int size() {
    return size;
  }

  /** [channels, height, width]. */
  public Shape itemShape() {
    return itemShape;
  }

  /** Names of the classes by label; empty if the images have none. */
  public List<String> classes() {
    return classes;
  }

  /** Class of an image, or {@link Dataset#UNLABELLED}. */
  public int label(int index) {
    return labels == null ? Dataset.UNLABELLED : labels[index];
  }

  /** The values of an image, [channels, height, width], one byte each, not copied. */
  public MemorySegment pixels(int index) {
    return pixels.asSlice(index * itemShape.size(), itemShape.size()).asReadOnly();
  }

  /** The images as float32 values. */
  public Dataset scaled(PixelScale scale) {
    return new Scaled(this, scale, scale.table());
  }

  private Fingerprint fingerprint() {
    Fingerprint sum = new Fingerprint().add(pixels);
    return labels == null ? sum : sum.add(labels);
  }

  /** Frees the pixels; nothing may read them any more, a data loader least of all. */
  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return size + " images " + itemShape;
  }

  private record Scaled(Images images, PixelScale scale, float[] values) implements Dataset {
    @Override
    public int size() {
      return images.size;
    }

    @Override
    public Shape itemShape() {
      return images.itemShape;
    }

    @Override
    public List<String> classes() {
      return images.classes;
    }

    @Override
    public int label(int index) {
      return images.label(index);
    }

    @Override
    public void read(int index, MemorySegment target) {
      MemorySegment image = images.pixels(index);
      for (long i = 0; i < image.byteSize(); i++) {
        target.setAtIndex(
            ValueLayout.JAVA_FLOAT, i, values[image.get(ValueLayout.JAVA_BYTE, i) & 0xff]);
      }
    }

    @Override
    public long fingerprint() {
      int[] bits = {Float.floatToIntBits(scale.mean()), Float.floatToIntBits(scale.std())};
      return images.fingerprint().add(bits).value();
    }

    @Override
    public String toString() {
      return images + " scaled by " + scale;
    }
  }
}
