package dev.kernite.models.classification;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.BertConfig;
import dev.kernite.models.bert.TokenBatches;
import dev.kernite.models.training.BatchSource;
import dev.kernite.models.training.Draws;
import dev.kernite.models.training.Fingerprint;
import dev.kernite.tokenizer.Encoding;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Labelled texts in another order each epoch, those of like length together so that little is
 * padded: the shuffled texts are sorted by length in pools of many batches, cut into batches, and
 * the batches shuffled. All follows from seed and epoch. The last batch of an epoch may be smaller.
 * Not safe for use by several threads.
 */
public final class LabelledBatches implements BatchSource<LabelledBatch> {
  /** Names the streams of this class ("LABL"). */
  private static final long STREAM = 0x4C41_424CL << 32;

  /** Batches in a pool: more pad less, fewer mix better. */
  private static final int POOL = 50;

  private final List<Encoding> texts;
  private final int[] classes;
  private final BertConfig config;
  private final int size;
  private final long seed;
  private long arrangedEpoch = -1;
  private int[][] batches;

  /**
   * Prepares the batches.
   *
   * @param classes class of each text
   * @param config says how to pad
   * @param size texts in a batch
   */
  public LabelledBatches(
      List<Encoding> texts, int[] classes, BertConfig config, int size, long seed) {
    if (texts.isEmpty() || texts.size() != classes.length || size < 1) {
      throw new ModelException(
          "%d texts with %d labels in batches of %d: all must be at least 1, and a label for each"
              .formatted(texts.size(), classes.length, size));
    }
    this.texts = List.copyOf(texts);
    this.classes = classes.clone();
    this.config = config;
    this.size = size;
    this.seed = seed;
  }

  @Override
  public LabelledBatch batch(long step) {
    arrange(step / stepsPerEpoch());
    int[] rows = batches[(int) (step % stepsPerEpoch())];
    return new LabelledBatch(
        TokenBatches.padded(texts, rows, config.tokenTypes() > 0, config.padToken()),
        Arrays.stream(rows).map(row -> classes[row]).toArray());
  }

  private void arrange(long epoch) {
    if (epoch == arrangedEpoch) {
      return;
    }
    Draws draws = new Draws(seed, STREAM + epoch);
    int n = texts.size();
    Integer[] order = Arrays.stream(draws.permutation(n, 0)).boxed().toArray(Integer[]::new);
    long pool = (long) POOL * size;
    for (long from = 0; from < n; from += pool) {
      Comparator<Integer> byLength = Comparator.comparingInt(i -> texts.get(i).length());
      Arrays.sort(order, (int) from, (int) Math.min(from + pool, n), byLength);
    }
    int[] places = draws.permutation((int) stepsPerEpoch(), n);
    batches = new int[places.length][];
    for (int i = 0; i < places.length; i++) {
      Stream<Integer> rows = Arrays.stream(order, i * size, (int) Math.min((i + 1L) * size, n));
      batches[places[i]] = rows.mapToInt(row -> row).toArray();
    }
    arrangedEpoch = epoch;
  }

  @Override
  public long stepsPerEpoch() {
    return Math.ceilDiv(texts.size(), size);
  }

  @Override
  public long fingerprint() {
    Fingerprint sum = new Fingerprint().add(classes);
    texts.forEach(text -> sum.add(text.ids()));
    return sum.value();
  }
}
