package dev.kernite.models.generation;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Tensor;

/**
 * What a model with a key-value cache tells a {@link CachedSession}: how it reads prompts, and what
 * one step computes. Belongs to one session.
 */
public interface CachedDecoder extends AutoCloseable {
  /** Where the model lives. */
  Engine engine();

  /** Number of tokens in the vocabulary. */
  int vocabSize();

  /** The most positions a row can hold; Integer.MAX_VALUE where there is no limit. */
  int maxPositions();

  /** An empty cache for some rows. */
  KeyValueCache newCache(int rows);

  /**
   * Reads the prompts, or what a prompt has behind the positions that the cache holds.
   *
   * @param ids tokens as [rows][time]
   * @param real true where a token is real, or null where all are
   * @param cache keeps the keys and values; empty where a row is padded
   * @return logits after the last position, [rows, 1, vocabSize]
   * @throws dev.kernite.models.ModelException if the cache holds positions and the model does not
   *     continue texts
   */
  Tensor prefill(int[][] ids, boolean[][] real, KeyValueCache cache);

  /**
   * Called before each step, outside of what is recorded: the place for what the host knows anew.
   *
   * @param cache with room for a position
   * @throws dev.kernite.models.ModelException if there can be no further step
   */
  void prepare(KeyValueCache cache);

  /**
   * One step. The work is the same each time while the cache stays where it is.
   *
   * @param state the tokens; also where the cache ends
   * @param padding hides padding, [rows, 1, 1, capacity], or null
   * @return logits, [rows, 1, vocabSize]
   */
  Tensor step(StepState state, Tensor padding, KeyValueCache cache);

  /**
   * Row r continues what was row {@code rows[r]}, in what the decoder itself keeps of rows.
   *
   * @return whether a step recorded before is void
   */
  boolean select(int[] rows);

  /** Frees what was kept for the session. */
  @Override
  void close();
}
