package dev.kernite.tokenizer.pretokenizer;

import dev.kernite.tokenizer.text.Pieces;
import java.util.List;

/**
 * {@code Sequence}: one pre-tokenizer after the other.
 *
 * @param preTokenizers in the order in which they apply
 */
public record PreTokenizerSequence(List<PreTokenizer> preTokenizers) implements PreTokenizer {
  /** Keeps a copy of the list. */
  public PreTokenizerSequence {
    preTokenizers = List.copyOf(preTokenizers);
  }

  @Override
  public Pieces cut(Pieces pieces) {
    Pieces result = pieces;
    for (PreTokenizer preTokenizer : preTokenizers) {
      result = preTokenizer.cut(result);
    }
    return result;
  }
}
