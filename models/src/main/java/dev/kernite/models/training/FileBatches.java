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

  /**
   * Opens a file.
   *
   * @throws ModelException if it is malformed or holds what a language model does not take
   */
  public FileBatches(Path path) {
    file = BatchFile.open(path, "a language model", KNOWN);
    names = file.names();
  }

  /** Whether the file gives labels of its own. */
  public boolean hasLabels() {
    return names.contains(LABELS);
  }

  /** Labels that the file does not give are the tokens themselves, those of padding left out. */
  @Override
  public Batch batch(long step) {
    long index = step % file.steps();
    int[][] ids = TensorFiles.rows(file.tensor(BatchFile.INPUT_IDS, index));
    boolean[][] mask = names.contains(MASK) ? TensorFiles.mask(file.tensor(MASK, index)) : null;
    int[][] labels =
        names.contains(LABELS)
            ? TensorFiles.rows(file.tensor(LABELS, index))
            : mask == null ? ids : unpadded(ids, mask);
    return new Batch(ids, mask, labels);
  }

  private static int[][] unpadded(int[][] ids, boolean[][] mask) {
    int[][] labels = new int[ids.length][];
    for (int b = 0; b < ids.length; b++) {
      labels[b] = ids[b].clone();
      for (int t = 0; t < labels[b].length; t++) {
        labels[b][t] = mask[b][t] ? ids[b][t] : Batch.IGNORED;
      }
    }
    return labels;
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
