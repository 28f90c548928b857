package dev.kernite.models.metrics.text;

/**
 * A chrF score.
 *
 * @param name chrF2, chrF2++ and so on: the weight of recall, and a plus for each order of words
 * @param score 0 to 100
 */
public record ChrfScore(String name, double score) {}
