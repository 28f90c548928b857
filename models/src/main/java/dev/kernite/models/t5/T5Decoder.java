package dev.kernite.models.t5;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.generation.CachedDecoder;
import dev.kernite.models.generation.KeyValueCache;
import dev.kernite.models.generation.StepState;
import dev.kernite.models.transformer.Probe;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * How a T5 generates: the encoder runs once, before the first token; keys and values of its result
 * are kept, one set a source, however many rows are generated from it.
 */
final class T5Decoder implements CachedDecoder {
  private final T5 model;
  private final int[][] ids;
  private final boolean[][] real; // null where no source is padded
  private T5Source read;

  /** The source behind each row, by its place in {@link #read}. */
  private int[] sources;

  /** Buckets of the cached positions as the next one sees them, int32 [1, capacity]. */
  private Tensor buckets;

  private int[] byDistance = new int[0];

  T5Decoder(T5 model, int[][] sources) {
    if (!model.hasHead()) {
      throw new ModelException("this checkpoint has no language head: it cannot generate");
    }
    this.model = model;
    int longest = 0;
    int shortest = Integer.MAX_VALUE;
    for (int[] source : sources) {
      longest = Math.max(longest, source.length);
      shortest = Math.min(shortest, source.length);
    }
    if (sources.length == 0 || shortest == 0) {
      throw new ModelException("a source text is empty; it needs at least one token");
    }
    ids = new int[sources.length][];
    boolean[][] mask = new boolean[sources.length][longest];
    for (int i = 0; i < sources.length; i++) {
      ids[i] = Arrays.copyOf(sources[i], longest);
      Arrays.fill(ids[i], sources[i].length, longest, model.config().padToken());
      Arrays.fill(mask[i], 0, sources[i].length, true);
    }
    real = shortest < longest ? mask : null;
  }

  @Override
  public Engine engine() {
    return model.engine();
  }

  @Override
  public int vocabSize() {
    return model.config().vocabSize();
  }

  /** Relative positions have no end. */
  @Override
  public int maxPositions() {
    return Integer.MAX_VALUE;
  }

  @Override
  public KeyValueCache newCache(int rows) {
    T5Config c = model.config();
    return new KeyValueCache(
        engine(), c.decoderLayers(), c.heads(), c.headDim(), maxPositions(), rows);
  }

  @Override
  public Tensor prefill(int[][] prompts, boolean[][] promptReal, KeyValueCache cache) {
    if (prompts.length != ids.length) {
      throw new ModelException(
          "%d prompts for %d source texts; each needs one".formatted(prompts.length, ids.length));
    }
    if (cache.length() > 0) {
      throw new ModelException("a T5 reads whole texts; start a session for each");
    }
    close();
    read = model.read(ids, real, false, Probe.NONE).disown();
    sources = new int[ids.length];
    Arrays.setAll(sources, i -> i);
    Tensor h = model.begin(prompts, promptReal, read, cache);
    return model.logits(h.narrow(1, prompts[0].length - 1L, 1).contiguousCopy());
  }

  @Override
  public void prepare(KeyValueCache cache) {
    model.requireOpen();
    int capacity = Math.toIntExact(cache.capacity());
    if (byDistance.length != capacity) {
      forgetBuckets();
      RelativePositions positions = model.decoderPositions();
      byDistance = new int[capacity];
      Arrays.setAll(byDistance, distance -> positions.bucket(-distance));
      buckets = engine().empty(DType.I32, Shape.of(1, capacity)).disown();
    }
    int query = Math.toIntExact(cache.length());
    int[] seen = new int[capacity];
    Arrays.setAll(seen, key -> byDistance[Math.max(0, query - key)]);
    buckets.copyFrom(MemorySegment.ofArray(seen));
  }

  @Override
  public Tensor step(StepState state, Tensor padding, KeyValueCache cache) {
    Tensor checked = buckets.checkedBelow(model.config().buckets());
    return model.logits(model.step(state, checked, padding, read, cache));
  }

  /**
   * What is read stays as it is while each source has the same number of rows, side by side; else
   * it follows the rows.
   */
  @Override
  public boolean select(int[] rows) {
    int[] behind = new int[rows.length];
    Arrays.setAll(behind, r -> sources[rows[r]]);
    int[] distinct = Arrays.stream(behind).distinct().toArray();
    int each = rows.length / distinct.length;
    boolean even = rows.length % distinct.length == 0;
    for (int r = 0; even && r < rows.length; r++) {
      even = behind[r] == distinct[r / each];
    }
    int[] wanted = even ? distinct : behind;
    boolean same = wanted.length == read.sources();
    for (int i = 0; same && i < wanted.length; i++) {
      same = wanted[i] == i;
    }
    sources = new int[rows.length];
    Arrays.setAll(sources, r -> r / (rows.length / wanted.length));
    if (same) {
      return false;
    }
    T5Source before = read;
    engine()
        .noGrad(
            () -> {
              try (Scope _ = engine().scope()) {
                read = before.select(wanted).disown();
              }
            });
    before.close();
    return true;
  }

  private void forgetBuckets() {
    if (buckets != null) {
      buckets.close();
      buckets = null;
    }
    byDistance = new int[0];
  }

  @Override
  public void close() {
    forgetBuckets();
    if (read != null) {
      read.close();
      read = null;
    }
  }
}
