package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.TensorFiles;
import java.nio.file.Path;
import java.util.List;

/** The batches of a {@link BatchFile}, in order, for a language model. */
public final class FileBatches implements BatchSource<Batch>, AutoCloseable {
  private static final String MASK = "attention_mask";
  private static final String LABELS = "labels";
  private static final List<String> KNOWN = List.of(BatchFile.INPUT_IDS, MASK, LABELS);

  private final BatchFile file;
  private final List<String> names;
  private final boolean labelPadding;

  /**
   * Opens a file.
   *
   * @param labelPadding whether tokens that a mask hides are labels too, where the file has none
   * @throws ModelException if it is malformed or holds what a language model does not take
   */
  public FileBatches(Path path, boolean labelPadding) {
    file = BatchFile.open(path, "a language model", KNOWN);
    names = file.names();
    this.labelPadding = labelPadding;
  }

  /** Opens a file; tokens that a mask hides are no labels. */
  public FileBatches(Path path) {
    this(path, false);
  }

  /** Whether the file gives labels of its own. */
  public boolean hasLabels() {
    return names.contains(LABELS);
  }

  /** Labels that the file does not give are the tokens themselves. */
  @Override
  public Batch batch(long step) {
    long index = step % file.steps();
    int[][] ids = TensorFiles.rows(file.tensor(BatchFile.INPUT_IDS, index));
    boolean[][] mask = names.contains(MASK) ? TensorFiles.mask(file.tensor(MASK, index)) : null;
    if (names.contains(LABELS)) {
      return new Batch(ids, mask, TensorFiles.rows(file.tensor(LABELS, index)));
    }
    return mask == null ? Batch.of(ids) : Batch.masked(ids, mask, labelPadding);
  }

  /** Sequences in a batch. */
  public int size() {
    return Math.toIntExact(file.tensor(BatchFile.INPUT_IDS, 0).info().shape()[0]);
  }

  @Override
  public long stepsPerEpoch() {
    return file.steps();
  }

  @Override
  public long fingerprint() {
    return file.fingerprint();
  }

  @Override
  public void close() {
    file.close();
  }
}
