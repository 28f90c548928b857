package dev.kernite.models.bert;

import dev.kernite.models.ModelException;
import dev.kernite.models.transformer.TokenIds;

/**
 * Inputs of one forward pass, [batch][time]; all but the ids may be null.
 *
 * @param ids token ids
 * @param real attention mask: true where a token is real
 * @param types token types; 0 for all if not given
 * @param positions position of each token, one row a sequence or one for all
 */
public record BertInputs(int[][] ids, boolean[][] real, int[][] types, int[][] positions) {

  /** Checks that there is something to feed and that the arrays fit each other. */
  public BertInputs {
    if (ids.length == 0 || ids[0].length == 0) {
      throw new ModelException("input_ids are empty: a forward pass needs at least one token");
    }
    TokenIds.requireShape("input_ids", ids, ids);
    TokenIds.requireShape("token_type_ids", types, ids);
    if (positions == null || positions.length != 1 || positions[0].length != ids[0].length) {
      TokenIds.requireShape("position_ids", positions, ids);
    }
    TokenIds.requireShape("attention_mask", real, ids);
  }

  /** Tokens alone. */
  public static BertInputs of(int[][] ids) {
    return new BertInputs(ids, null, null, null);
  }

  /** Sequences. */
  public int batch() {
    return ids.length;
  }

  /** Tokens a sequence, padding included. */
  public int time() {
    return ids[0].length;
  }
}
