package dev.kernite.tokenizer.model;

/**
 * One merge of byte-pair encoding; its rank is its place in the list.
 *
 * @param left the token on the left
 * @param right the token on the right
 */
public record Merge(String left, String right) {}
