package dev.kernite.models.masking;

import dev.kernite.models.ModelException;
import dev.kernite.models.bert.MaskFiller;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.Draws;
import dev.kernite.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Which tokens a masked language model has to predict, and what it sees in their place (Devlin et
 * al. 2019, section 3.1): of each sequence 15 %, at least one; of these 80 % become the mask, 10 %
 * another token at random, 10 % stay. The choice is made anew whenever a sequence is seen (Liu et
 * al. 2019, section 4.1), and follows from seed and step. Special tokens are never chosen, nor put
 * in a token's place.
 */
public final class DynamicMasking {
  /** Share of the tokens to predict. */
  public static final double RATE = 0.15;

  private static final double MASKED = 0.8;
  private static final double RANDOM = 0.1;

  /** Names the streams of this class ("MASK"). */
  private static final long STREAM = 0x4D41_534BL << 32;

  /** Numbers of a stream that a sequence may use. */
  private static final int ROW_BITS = 32;

  private final int maskId;
  private final BitSet special;
  private final int[] ordinary;
  private final long seed;

  /**
   * Masking with the tokens of a vocabulary.
   *
   * @param vocabSize tokens
   * @param special which of them are special
   * @param maskId the mask, special too
   * @throws ModelException if no token is ordinary
   */
  public DynamicMasking(int vocabSize, BitSet special, int maskId, long seed) {
    this.maskId = maskId;
    this.special = (BitSet) special.clone();
    this.special.set(maskId);
    this.ordinary = IntStream.range(0, vocabSize).filter(id -> !this.special.get(id)).toArray();
    this.seed = seed;
    if (ordinary.length == 0) {
      throw new ModelException("all " + vocabSize + " tokens are special; none can be masked");
    }
  }

  /**
   * Masking for a tokenizer.
   *
   * @param vocabSize tokens that the model knows
   * @throws ModelException if the tokenizer has no mask
   */
  public static DynamicMasking of(Tokenizer tokenizer, int vocabSize, long seed) {
    BitSet special = new BitSet();
    for (int id = 0; id < vocabSize; id++) {
      special.set(id, id >= tokenizer.vocabSize() || tokenizer.isSpecial(id));
    }
    int mask = tokenizer.tokenToId(MaskFiller.maskToken(tokenizer));
    return new DynamicMasking(vocabSize, special, mask, seed);
  }

  /**
   * Masks sequences.
   *
   * @param ids tokens [batch][time]
   * @param real true where a token is real [batch][time], or null if all are
   * @param step tells one choice from another
   * @return what the model sees; labels are the tokens to predict, elsewhere {@link Batch#IGNORED}
   */
  public Batch apply(int[][] ids, boolean[][] real, long step) {
    Draws draws = new Draws(seed, STREAM + step);
    int[][] seen = new int[ids.length][];
    int[][] labels = new int[ids.length][];
    for (int b = 0; b < ids.length; b++) {
      int[] row = ids[b];
      boolean[] live = real == null ? null : real[b];
      seen[b] = row.clone();
      labels[b] = new int[row.length];
      Arrays.fill(labels[b], Batch.IGNORED);
      int[] candidates =
          IntStream.range(0, row.length)
              .filter(t -> (live == null || live[t]) && !special.get(row[t]))
              .toArray();
      mask(draws, (long) b << ROW_BITS, candidates, seen[b], labels[b]);
    }
    return new Batch(seen, real, labels);
  }

  private void mask(Draws draws, long block, int[] candidates, int[] seen, int[] labels) {
    int n = candidates.length;
    // 15 % on average also where that is no whole number.
    int chosen = (int) Math.floor(RATE * n + draws.uniform(block++));
    chosen = Math.min(n, Math.max(1, chosen));
    for (int i = 0; i < chosen; i++) {
      int j = i + draws.below(n - i, block++);
      int t = candidates[j];
      candidates[j] = candidates[i];
      labels[t] = seen[t];
      double fate = draws.uniform(block++);
      int other = ordinary[draws.below(ordinary.length, block++)];
      if (fate < MASKED) {
        seen[t] = maskId;
      } else if (fate < MASKED + RANDOM) {
        seen[t] = other;
      }
    }
  }
}
