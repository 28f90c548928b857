package dev.kernite.tokenizer.processor;

/**
 * A special token of a post-processor.
 *
 * @param token its text
 * @param id its id
 */
public record SpecialToken(String token, int id) {
  TokenList list(int typeId) {
    return TokenList.special(new int[] {id}, new String[] {token}, typeId);
  }
}
