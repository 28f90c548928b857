package dev.kernite.models.gpt2;

import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.TokenIds;

/**
 * Inputs of one forward pass, [batch][time]; all but the ids may be null.
 *
 * @param ids token ids
 * @param real attention mask over all keys, cached ones first: true where a token is real
 * @param positions position of each token, one row a sequence or one for all; by default they count
 *     from the cached length
 * @param types token types, embedded with the token table and added
 */
public record Gpt2Inputs(int[][] ids, boolean[][] real, int[][] positions, int[][] types) {

  /** Checks that there is something to feed and that the arrays fit each other. */
  public Gpt2Inputs {
    if (ids.length == 0 || ids[0].length == 0) {
      throw new ModelException("input_ids are empty: a forward pass needs at least one token");
    }
    TokenIds.requireShape("input_ids", ids, ids);
    if (positions == null || positions.length != 1 || positions[0].length != ids[0].length) {
      TokenIds.requireShape("position_ids", positions, ids);
    }
    TokenIds.requireShape("token_type_ids", types, ids);
    if (real != null && real.length != ids.length) {
      throw new ModelException(
          "attention_mask has " + real.length + " rows, input_ids have " + ids.length);
    }
  }

  /** Tokens alone. */
  public static Gpt2Inputs of(int[][] ids) {
    return new Gpt2Inputs(ids, null, null, null);
  }

  /** Sequences. */
  public int batch() {
    return ids.length;
  }

  /** Tokens a sequence. */
  public int time() {
    return ids[0].length;
  }
}
