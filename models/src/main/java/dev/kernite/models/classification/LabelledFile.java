package dev.kernite.models.classification;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.checkpoint.TensorInfo;
import dev.kernite.models.training.BatchFile;
import dev.kernite.models.training.BatchSource;
import java.nio.file.Path;
import java.util.List;

/** The batches of a {@link BatchFile}, in order, for a classifier. */
public final class LabelledFile implements BatchSource<LabelledBatch>, AutoCloseable {
  private static final String MASK = "attention_mask";
  private static final String TYPES = "token_type_ids";
  private static final String POSITIONS = "position_ids";
  private static final String LABELS = "labels";
  private static final List<String> KNOWN =
      List.of(BatchFile.INPUT_IDS, MASK, TYPES, POSITIONS, LABELS);

  private final BatchFile file;
  private final List<String> names;

  /**
   * Opens a file.
   *
   * @throws ModelException if it is malformed, has no labels [step, batch], or holds what a
   *     classifier does not take
   */
  public LabelledFile(Path path) {
    file = BatchFile.open(path, "a classifier", KNOWN);
    names = file.names();
    try {
      requireFor(path);
    } catch (ModelException e) {
      file.close();
      throw e;
    }
  }

  private void requireFor(Path path) {
    if (!names.contains(LABELS) || file.tensor(LABELS, 0).info().shape().length != 1) {
      throw new ModelException(path + ": a classifier needs a tensor 'labels' [step, batch]");
    }
  }

  @Override
  public LabelledBatch batch(long step) {
    long index = step % file.steps();
    BertInputs inputs =
        new BertInputs(
            rows(BatchFile.INPUT_IDS, index),
            names.contains(MASK) ? TensorFiles.mask(file.tensor(MASK, index)) : null,
            rows(TYPES, index),
            rows(POSITIONS, index));
    RawTensor labels = file.tensor(LABELS, index);
    TensorInfo row = TensorInfo.of(LABELS, labels.info().dtype(), 1, labels.info().shape()[0]);
    int[] classes = TensorFiles.rows(new RawTensor(labels.file(), row, labels.data()))[0];
    return new LabelledBatch(inputs, classes);
  }

  private int[][] rows(String name, long index) {
    return names.contains(name) ? TensorFiles.rows(file.tensor(name, index)) : null;
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
