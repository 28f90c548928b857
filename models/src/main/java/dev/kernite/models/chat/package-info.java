/** Conversations with a causal model: turns, the window it sees of them, templates around them. */
package dev.kernite.models.chat;
