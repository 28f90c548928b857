package dev.kernite.tokenizer.processor;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code BertProcessing}: {@code [CLS] A [SEP]}, and {@code [CLS] A [SEP] B [SEP]} for a pair,
 * where the second text and its {@code [SEP]} have type id 1.
 *
 * @param sep {@code [SEP]}
 * @param cls {@code [CLS]}
 */
public record BertProcessing(SpecialToken sep, SpecialToken cls) implements PostProcessor {
  @Override
  public int addedTokens(boolean pair) {
    return pair ? 3 : 2;
  }

  @Override
  public List<TokenList> process(List<TokenList> parts, boolean pair, boolean addSpecialTokens) {
    if (!addSpecialTokens) {
      return parts;
    }
    List<TokenList> result = new ArrayList<>();
    result.add(cls.list(0));
    for (int i = 0; i < parts.size(); i++) {
      result.add(parts.get(i));
      result.add(sep.list(Math.min(i, 1)));
    }
    return result;
  }
}
