/**
 * Models by id from the Hugging Face Hub, through the cache that Hugging Face's own tools use:
 * {@link dev.kernite.models.hub.Hub}.
 */
package dev.kernite.models.hub;
