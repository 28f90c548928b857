package dev.kernite.tokenizer;

import dev.kernite.tokenizer.processor.TokenList;
import java.util.List;

/**
 * A text as tokens. All arrays have one element a token; they are copies, free to be changed.
 *
 * <p>Offsets are [start, end) in Unicode code points of the text as it was given, before any
 * normalisation. Tokens that are in no text (special tokens that were added, padding) have none.
 */
public final class Encoding {
  private final TokenList tokens;

  Encoding(TokenList tokens) {
    this.tokens = tokens;
  }

  /** Returns how many tokens there are. */
  public int length() {
    return tokens.size();
  }

  /** Returns the token ids. */
  public int[] ids() {
    return tokens.ids().clone();
  }

  /** Returns the tokens as text; for byte-level models in the byte alphabet of GPT-2. */
  public List<String> tokens() {
    return List.of(tokens.tokens());
  }

  /** Returns the type ids: to which segment of the model's input a token belongs. */
  public int[] typeIds() {
    return tokens.typeIds().clone();
  }

  /** Returns 1 for a token, 0 for padding. */
  public int[] attentionMask() {
    return tokens.attentionMask().clone();
  }

  /** Returns 1 for a special token that was added and for padding, 0 for a token of a text. */
  public int[] specialTokensMask() {
    return tokens.specialTokensMask().clone();
  }

  /** Returns 0 for a token of the first text, 1 for one of the second, -1 for one of neither. */
  public int[] sequenceIds() {
    return tokens.sequenceIds().clone();
  }

  /** Returns [start, end) for each token, null for a token that is in no text. */
  public int[][] offsets() {
    int[][] offsets = new int[length()][];
    for (int i = 0; i < offsets.length; i++) {
      if (tokens.specialTokensMask()[i] == 0) {
        offsets[i] = new int[] {tokens.starts()[i], tokens.ends()[i]};
      }
    }
    return offsets;
  }

  /** Returns the further windows of a text that was cut; empty where nothing was. */
  public List<Encoding> overflowing() {
    return tokens.overflowing().stream().map(Encoding::new).toList();
  }

  @Override
  public String toString() {
    return "Encoding" + List.of(tokens.tokens());
  }
}
