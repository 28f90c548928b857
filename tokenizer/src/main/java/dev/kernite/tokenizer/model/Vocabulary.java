package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.TokenizerException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The tokens of a model and their ids, both ways. Ids are distinct but may have gaps. */
public final class Vocabulary {
  /** The id of a token that is not there. */
  public static final int NONE = -1;

  private final Map<String, Integer> ids;
  private final String[] dense;
  private final Map<Integer, String> sparse;
  private final int size;

  /**
   * Takes a map from token to id.
   *
   * @throws TokenizerException if an id is negative or belongs to two tokens
   */
  public Vocabulary(Map<String, Integer> ids) {
    this.ids = ids;
    this.size = ids.size();
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

  private Vocabulary(Map<String, Integer> ids, String[] dense) {
    this.ids = ids;
    this.dense = dense;
    this.sparse = Map.of();
    this.size = dense.length;
  }

  /** Returns tokens whose ids are their places; one that comes twice is looked up as the later. */
  public static Vocabulary inOrder(List<String> tokens) {
    Map<String, Integer> ids = LinkedHashMap.newLinkedHashMap(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
    return new Vocabulary(ids, tokens.toArray(String[]::new));
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

  /** Returns how many ids there are. */
  public int size() {
    return size;
  }

  /** Returns token to id, to be read only. */
  public Map<String, Integer> ids() {
    return ids;
  }
}
