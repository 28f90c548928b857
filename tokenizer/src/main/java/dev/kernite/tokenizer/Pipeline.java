package dev.kernite.tokenizer;

import dev.kernite.tokenizer.decoder.Decoder;
import dev.kernite.tokenizer.model.Model;
import dev.kernite.tokenizer.normalizer.Normalizer;
import dev.kernite.tokenizer.pretokenizer.PreTokenizer;
import dev.kernite.tokenizer.processor.PostProcessor;
import java.util.List;

/**
 * The parts of a tokenizer: what a {@code tokenizer.json} says.
 *
 * @param addedTokens tokens that are cut out of the text first
 * @param normalizer rewrites what is left; may be null
 * @param preTokenizer cuts it into words; may be null
 * @param model cuts words into tokens
 * @param postProcessor adds special tokens; may be null
 * @param decoder turns tokens back into text; null: tokens are joined by spaces
 * @param options what {@link Tokenizer#encode(String)} does besides
 */
public record Pipeline(
    List<AddedToken> addedTokens,
    Normalizer normalizer,
    PreTokenizer preTokenizer,
    Model model,
    PostProcessor postProcessor,
    Decoder decoder,
    EncodeOptions options) {
  /** Keeps a copy of the list. */
  public Pipeline {
    addedTokens = List.copyOf(addedTokens);
  }

  /** Returns how many special tokens are added to a text, or to a pair of texts. */
  int addedTokens(boolean pair) {
    return postProcessor == null ? 0 : postProcessor.addedTokens(pair);
  }
}
