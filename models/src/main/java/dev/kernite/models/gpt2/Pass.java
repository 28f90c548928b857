package dev.kernite.models.gpt2;

import dev.kernite.engine.Tensor;

/**
 * What is the same for all blocks of one forward pass.
 *
 * @param mask added to the attention scores, [batch, 1, 1, keys] float32, or null
 * @param cache keys and values of earlier positions, or null
 * @param training whether dropout acts
 * @param probe sees intermediate results
 */
record Pass(Tensor mask, Gpt2Cache cache, boolean training, Probe probe) {}
