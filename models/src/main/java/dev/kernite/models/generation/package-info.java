/**
 * Generation: turning a model's next-token logits into text. {@link Generator} runs greedy search,
 * sampling, beam search and diverse beam search over any {@link DecodeSession}; every step the
 * scores pass through {@link LogitsProcessor}s. The meaning of each option, and the order in which
 * options act, is that of {@code generate} in Hugging Face transformers 4.42.
 */
package dev.kernite.models.generation;
