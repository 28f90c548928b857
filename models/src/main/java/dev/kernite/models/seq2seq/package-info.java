/** Teaching an encoder-decoder to turn texts into others: pairs, their batches, and the judge. */
package dev.kernite.models.seq2seq;
