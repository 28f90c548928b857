/**
 * Sequential networks as data: a layer is a line of text as PyTorch prints it, a network a list of
 * them, and its parameters have PyTorch's names.
 */
package dev.kernite.models.sequential;
