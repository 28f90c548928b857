package dev.kernite.models.classification;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertInputs;
import dev.kernite.models.training.TrainingBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts for one update of a classifier.
 *
 * @param inputs their tokens
 * @param labels class of each, or -100 where it does not count
 */
public record LabelledBatch(BertInputs inputs, int[] labels)
    implements TrainingBatch<LabelledBatch> {
  /** Checks that there is a label for each text. */
  public LabelledBatch {
    if (labels.length != inputs.batch()) {
      throw new ModelException(
          "labels: " + labels.length + " for " + inputs.batch() + " texts; give one for each");
    }
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public long tokens() {
    return (long) inputs.batch() * inputs.time();
  }

  /** As {@code torch.chunk}; a batch of fewer than n texts, the last of an epoch, gives fewer. */
  @Override
  public List<LabelledBatch> chunks(int n) {
    int rows = Math.ceilDiv(size(), n);
    boolean eachHasItsOwn = inputs.positions() != null && inputs.positions().length == size();
    List<LabelledBatch> parts = new ArrayList<>();
    for (int from = 0; from < size(); from += rows) {
      int to = Math.min(from + rows, size());
      BertInputs part =
          new BertInputs(
              rows(inputs.ids(), from, to),
              rows(inputs.real(), from, to),
              rows(inputs.types(), from, to),
              eachHasItsOwn ? rows(inputs.positions(), from, to) : inputs.positions());
      parts.add(new LabelledBatch(part, Arrays.copyOfRange(labels, from, to)));
    }
    return parts;
  }

  private static <T> T[] rows(T[] all, int from, int to) {
    return all == null ? null : Arrays.copyOfRange(all, from, to);
  }
}
