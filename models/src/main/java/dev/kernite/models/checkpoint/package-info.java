/**
 * Model files: the safetensors container, folders in Hugging Face layout, {@code config.json}, and
 * files written whole or not at all. Tensors are raw little-endian bytes in memory segments here;
 * {@link dev.kernite.models.checkpoint.Conversions} turns them into numbers.
 */
package dev.kernite.models.checkpoint;
