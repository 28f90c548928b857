/** T5: an encoder that reads a text, a decoder that writes another. */
package dev.kernite.models.t5;
