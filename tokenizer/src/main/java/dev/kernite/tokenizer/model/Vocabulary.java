package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.TokenizerException;
import java.util.HashMap;
import java.util.Map;

/** The tokens of a model and their ids, both ways. Ids are distinct but may have gaps. */
public final class Vocabulary {
  /** The id of a token that is not there. */
  public static final int NONE = -1;

  private final Map<String, Integer> ids;
  private final String[] dense;
  private final Map<Integer, String> sparse;

  /**
   * Takes a map from token to id.
   *
   * @throws TokenizerException if an id is negative or belongs to two tokens
   */
  public Vocabulary(Map<String, Integer> ids) {
    this.ids = ids;
    long highest = -1;
    for (int id : ids.values()) {
      highest = Math.max(highest, id);
    }
    // Ids usually count up from 0; a file that names id 2e9 must not make us allocate for it.
    boolean isDense = highest < 2L * ids.size() + 1024;
    dense = new String[isDense ? (int) highest + 1 : 0];
    sparse = isDense ? Map.of() : HashMap.newHashMap(ids.size());
    ids.forEach(
        (token, id) -> {
          if (id < 0) {
            throw new TokenizerException(
                "token \"%s\" has the negative id %d".formatted(token, id));
          }
          String other = isDense ? dense[id] : sparse.get(id);
          if (other != null) {
            throw new TokenizerException(
                "tokens \"%s\" and \"%s\" both have id %d".formatted(other, token, id));
          }
          if (isDense) {
            dense[id] = token;
          } else {
            sparse.put(id, token);
          }
        });
  }

  /** Returns the id of {@code token}, or {@link #NONE}. */
  public int id(String token) {
    return ids.getOrDefault(token, NONE);
  }

  /** Returns the token of {@code id}, or null. */
  public String token(int id) {
    if (id >= 0 && id < dense.length) {
      return dense[id];
    }
    return sparse.get(id);
  }

  /** Returns how many tokens there are. */
  public int size() {
    return ids.size();
  }

  /** Returns token to id, to be read only. */
  public Map<String, Integer> ids() {
    return ids;
  }
}
