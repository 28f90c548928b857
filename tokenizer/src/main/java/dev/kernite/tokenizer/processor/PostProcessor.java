package dev.kernite.tokenizer.processor;

import java.util.List;

/** Adds the special tokens of a model around its texts. */
public sealed interface PostProcessor
    permits BertProcessing,
        ByteLevelProcessor,
        ProcessorSequence,
        RobertaProcessing,
        TemplateProcessing {

  /** Returns how many tokens are added to a text, or to a pair of texts. */
  int addedTokens(boolean pair);

  /**
   * Returns the parts that make the result, in their order.
   *
   * @param parts the tokens of one or two texts, or what an earlier processor made of them
   * @param pair whether there are two texts
   * @param addSpecialTokens whether to add the special tokens
   */
  List<TokenList> process(List<TokenList> parts, boolean pair, boolean addSpecialTokens);
}
