package dev.kernite.tokenizer.processor;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code RobertaProcessing}: {@code <s> A </s>}, and {@code <s> A </s></s> B </s>} for a pair; all
 * type ids are 0.
 *
 * @param sep {@code </s>}
 * @param cls {@code <s>}
 * @param trimOffsets whether to take the spaces out of the offsets of byte-level tokens
 * @param addPrefixSpace whether the first token may carry a space that is not in the text
 */
public record RobertaProcessing(
    SpecialToken sep, SpecialToken cls, boolean trimOffsets, boolean addPrefixSpace)
    implements PostProcessor {
  @Override
  public int addedTokens(boolean pair) {
    return pair ? 4 : 2;
  }

  @Override
  public List<TokenList> process(List<TokenList> parts, boolean pair, boolean addSpecialTokens) {
    if (trimOffsets) {
      parts.forEach(part -> ByteLevelProcessor.trim(part, addPrefixSpace));
    }
    if (!addSpecialTokens) {
      return parts.stream().map(part -> part.withTypeId(0)).toList();
    }
    List<TokenList> result = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      result.add((i == 0 ? cls : sep).list(0));
      result.add(ofTypeZero(parts.get(i)));
      result.add(sep.list(0));
    }
    return result;
  }

  private static TokenList ofTypeZero(TokenList part) {
    List<TokenList> windows =
        part.overflowing().stream().map(window -> window.withTypeId(0)).toList();
    return part.withTypeId(0).withOverflowing(windows);
  }
}
