package dev.kernite.models.classification;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.TokenBatches;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Fingerprint;
import dev.kernite.models.training.LengthPools;
import dev.kernite.tokenizer.Encoding;
import java.util.Arrays;
import java.util.List;

/** Labelled texts in batches of {@link LengthPools}. Not safe for use by several threads. */
public final class LabelledBatches implements BatchSource<LabelledBatch> {
  /** Names the streams of this class ("LABL"). */
  private static final long STREAM = 0x4C41_424CL << 32;

  private final List<Encoding> texts;
  private final int[] classes;
  private final BertConfig config;
  private final LengthPools pools;

  /**
   * Prepares the batches.
   *
   * @param classes class of each text
   * @param config says how to pad
   * @param size texts in a batch
   */
  public LabelledBatches(
      List<Encoding> texts, int[] classes, BertConfig config, int size, long seed) {
    if (texts.size() != classes.length) {
      throw new ModelException(
          "%d texts with %d labels: each needs one".formatted(texts.size(), classes.length));
    }
    this.texts = List.copyOf(texts);
    this.classes = classes.clone();
    this.config = config;
    int[] lengths = texts.stream().mapToInt(Encoding::length).toArray();
    this.pools = new LengthPools(lengths, size, seed, STREAM);
  }

  @Override
  public LabelledBatch batch(long step) {
    int[] rows = pools.rows(step);
    return new LabelledBatch(
        TokenBatches.padded(texts, rows, config.tokenTypes() > 0, config.padToken()),
        Arrays.stream(rows).map(row -> classes[row]).toArray());
  }

  @Override
  public long stepsPerEpoch() {
    return pools.stepsPerEpoch();
  }

  @Override
  public long fingerprint() {
    Fingerprint sum = new Fingerprint().add(classes);
    texts.forEach(text -> sum.add(text.ids()));
    return sum.value();
  }
}
