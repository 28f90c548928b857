package dev.kernite.tokenizer.processor;

import dev.kernite.tokenizer.TokenizerException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code TemplateProcessing}: texts and special tokens in the order that a template gives.
 *
 * @param single the template of one text
 * @param pair the template of two texts
 * @param specialTokens the special tokens that the templates name
 */
public record TemplateProcessing(
    List<Piece> single, List<Piece> pair, Map<String, Special> specialTokens)
    implements PostProcessor {

  /** A place in a template. */
  public sealed interface Piece {
    /** Returns the type id of the tokens in this place. */
    int typeId();
  }

  /**
   * The place of a text.
   *
   * @param sequence 0 for the first text (A), 1 for the second (B)
   * @param typeId the type id of its tokens
   */
  public record Sequence(int sequence, int typeId) implements Piece {}

  /**
   * The place of a special token.
   *
   * @param name its name among the special tokens
   * @param typeId its type id
   */
  public record Named(String name, int typeId) implements Piece {}

  /**
   * What a special token stands for: usually itself, but it may be several tokens.
   *
   * @param ids their ids
   * @param tokens their texts
   */
  public record Special(List<Integer> ids, List<String> tokens) {
    /** Keeps copies of the lists. */
    public Special {
      ids = List.copyOf(ids);
      tokens = List.copyOf(tokens);
      if (ids.size() != tokens.size()) {
        throw new TokenizerException(
            "special token %s has %d ids for %d tokens"
                .formatted(tokens, ids.size(), tokens.size()));
      }
    }
  }

  /**
   * Checks that the templates can be filled.
   *
   * @throws TokenizerException if one names an unknown special token, or the single one a second
   *     text
   */
  public TemplateProcessing {
    single = List.copyOf(single);
    pair = List.copyOf(pair);
    specialTokens = Map.copyOf(specialTokens);
    for (List<Piece> template : List.of(single, pair)) {
      for (Piece piece : template) {
        if (piece instanceof Named named && !specialTokens.containsKey(named.name())) {
          throw new TokenizerException(
              "the template names \"%s\", which special_tokens lacks".formatted(named.name()));
        }
        if (template == single && piece instanceof Sequence s && s.sequence() != 0) {
          throw new TokenizerException("the template of a single text names the second text, B");
        }
      }
    }
  }

  @Override
  public int addedTokens(boolean ofPair) {
    int added = 0;
    for (Piece piece : ofPair ? pair : single) {
      if (piece instanceof Named named) {
        added += specialTokens.get(named.name()).ids().size();
      }
    }
    return added;
  }

  @Override
  public List<TokenList> process(List<TokenList> parts, boolean ofPair, boolean addSpecialTokens) {
    if (parts.size() != (ofPair ? 2 : 1)) {
      throw new TokenizerException(
          "TemplateProcessing must come before processors that add tokens, not after them");
    }
    List<TokenList> result = new ArrayList<>();
    for (Piece piece : ofPair ? pair : single) {
      switch (piece) {
        case Sequence s ->
            result.add(parts.get(s.sequence()).withTypeId(s.typeId()).withSequenceId(s.sequence()));
        case Named named when addSpecialTokens -> {
          Special special = specialTokens.get(named.name());
          result.add(
              TokenList.special(
                  special.ids().stream().mapToInt(Integer::intValue).toArray(),
                  special.tokens().toArray(String[]::new),
                  named.typeId()));
        }
        case Named _ -> {}
      }
    }
    return result;
  }
}
