/** The wire format of protocol buffers, for the readers of files written in it. */
package dev.kernite.tokenizer.protobuf;
