/**
 * How near written texts are to texts by people: BLEU, chrF and ROUGE, to the last digit as the
 * field's own programs give them.
 *
 * <p>A {@link dev.kernite.models.metrics.text.Segment} is one hypothesis with its references; each
 * metric is an immutable record of its settings that scores one segment or a whole corpus.
 */
package dev.kernite.models.metrics.text;
