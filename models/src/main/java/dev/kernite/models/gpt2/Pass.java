package dev.kernite.models.gpt2;

import dev.kernite.engine.Tensor;
import dev.kernite.models.generation.KeyValueCache;
import dev.kernite.models.transformer.Probe;

/**
 * What is the same for all blocks of one forward pass.
 *
 * @param mask added to the attention scores, [batch, 1, 1, keys] float32, or null; in a step of
 *     decoding keys is the capacity of the cache
 * @param cache keys and values of earlier positions, or null
 * @param step length of the cache in device memory, int32 [1], in a step of decoding; else null
 * @param training whether dropout acts
 * @param probe sees intermediate results
 */
record Pass(Tensor mask, KeyValueCache cache, Tensor step, boolean training, Probe probe) {}
