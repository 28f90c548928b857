package dev.kernite.models.seq2seq;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.training.BatchFile;
import dev.kernite.models.training.BatchSource;
import java.nio.file.Path;
import java.util.List;

/** The batches of a {@link BatchFile}, in order, for an encoder-decoder. */
public final class PairFile implements BatchSource<PairBatch>, AutoCloseable {
  private static final String MASK = "attention_mask";
  private static final String LABELS = "labels";
  private static final List<String> KNOWN = List.of(BatchFile.INPUT_IDS, MASK, LABELS);

  private final BatchFile file;

  /**
   * Opens a file.
   *
   * @throws ModelException if it is malformed, has no labels [step, batch, time], or holds what an
   *     encoder-decoder does not take
   */
  public PairFile(Path path) {
    file = BatchFile.open(path, "an encoder-decoder", KNOWN);
    try {
      requireFor(path);
    } catch (ModelException e) {
      file.close();
      throw e;
    }
  }

  private void requireFor(Path path) {
    if (!file.names().contains(LABELS) || file.tensor(LABELS, 0).info().shape().length != 2) {
      throw new ModelException(
          path + ": an encoder-decoder needs a tensor 'labels' [step, batch, time]");
    }
  }

  @Override
  public PairBatch batch(long step) {
    long index = step % file.steps();
    return new PairBatch(
        TensorFiles.rows(file.tensor(BatchFile.INPUT_IDS, index)),
        file.names().contains(MASK) ? TensorFiles.mask(file.tensor(MASK, index)) : null,
        TensorFiles.rows(file.tensor(LABELS, index)));
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
