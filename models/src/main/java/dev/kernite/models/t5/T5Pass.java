package dev.kernite.models.t5;

import dev.kernite.engine.Tensor;
import dev.kernite.models.generation.KeyValueCache;
import dev.kernite.models.transformer.Probe;

/**
 * What is the same for all blocks of one pass through a stack.
 *
 * @param stack {@code encoder} or {@code decoder}, as probes call it
 * @param bias added to the scores of self-attention, broadcast to [batch, heads, queries, keys]
 * @param source what the decoder attends to across, or null in the encoder, which also sees later
 *     positions
 * @param cache keys and values of earlier positions, or null
 * @param step length of the cache in device memory, int32 [1], in a step of decoding; else null
 * @param training whether dropout acts
 * @param probe sees intermediate results
 */
record T5Pass(
    String stack,
    Tensor bias,
    T5Source source,
    KeyValueCache cache,
    Tensor step,
    boolean training,
    Probe probe) {

  /** Whether later positions are hidden. */
  boolean causal() {
    return source != null;
  }
}
