package dev.kernite.tokenizer.processor;

import java.util.List;

/**
 * {@code Sequence}: one post-processor after the other.
 *
 * @param processors in the order in which they apply
 */
public record ProcessorSequence(List<PostProcessor> processors) implements PostProcessor {
  /** Keeps a copy of the list. */
  public ProcessorSequence {
    processors = List.copyOf(processors);
  }

  @Override
  public int addedTokens(boolean pair) {
    return processors.stream().mapToInt(p -> p.addedTokens(pair)).sum();
  }

  @Override
  public List<TokenList> process(List<TokenList> parts, boolean pair, boolean addSpecialTokens) {
    List<TokenList> result = parts;
    for (PostProcessor processor : processors) {
      result = processor.process(result, pair, addSpecialTokens);
    }
    return result;
  }
}
