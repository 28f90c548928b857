package dev.kernite.models.chat;

import dev.kernite.models.generation.FinishReason;

/**
 * What a model replied, and what it took.
 *
 * @param text the reply, without a stop text that ended it
 * @param finishReason why it ended; {@code LENGTH} also where the model's context was full
 * @param windowTokens tokens that the model saw when it began
 * @param computedTokens of those and of the reply, the ones that were run through the model: the
 *     rest was in its cache
 * @param newTokens tokens written, a stop text and an end token counted
 */
public record Reply(
    String text, FinishReason finishReason, int windowTokens, long computedTokens, int newTokens) {}
