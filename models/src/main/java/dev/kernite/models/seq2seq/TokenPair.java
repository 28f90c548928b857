package dev.kernite.models.seq2seq;

import dev.kernite.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * A pair of texts as tokens, each with the end token.
 *
 * @param source what the encoder reads
 * @param target what the decoder is to write
 */
public record TokenPair(int[] source, int[] target) {

  /**
   * Cuts pairs into tokens.
   *
   * @param end end token; stands at the end of every text, of those that are cut too
   * @param longest tokens of a text at most
   */
  public static List<TokenPair> of(
      List<TextPair> pairs, Tokenizer tokenizer, int end, int longest) {
    List<int[]> sources = encode(tokenizer, pairs.stream().map(TextPair::source).toList());
    List<int[]> targets = encode(tokenizer, pairs.stream().map(TextPair::target).toList());
    TokenPair[] result = new TokenPair[pairs.size()];
    Arrays.setAll(
        result,
        i ->
            new TokenPair(
                ended(sources.get(i), end, longest), ended(targets.get(i), end, longest)));
    return List.of(result);
  }

  private static List<int[]> encode(Tokenizer tokenizer, List<String> texts) {
    return tokenizer.encodeBatchToIds(texts, false);
  }

  private static int[] ended(int[] ids, int end, int longest) {
    int[] result = Arrays.copyOf(ids, Math.min(ids.length + 1, longest));
    result[result.length - 1] = end;
    return result;
  }
}
