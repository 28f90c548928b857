package dev.kernite.tokenizer;

/** An end of a sequence of tokens. */
public enum Side {
  /** The beginning. */
  LEFT,
  /** The end. */
  RIGHT
}
