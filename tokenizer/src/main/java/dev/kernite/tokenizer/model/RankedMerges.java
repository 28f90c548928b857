package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.text.IntList;
import java.util.AbstractList;
import java.util.Map;

/**
 * The merges that a list of ranked tokens stands for, as tiktoken reads it: any two neighbours
 * merge that together are a token, at the rank of that token. A token may thus be made in several
 * ways, of equal rank. As a list, they are in order of rank, and made when asked for: there are
 * more of them than tokens, and only a file needs them.
 */
final class RankedMerges extends AbstractList<Merge> {
  private final Vocabulary vocabulary;
  private final IntList left = new IntList();
  private final IntList right = new IntList();
  private final IntList whole = new IntList();

  /**
   * Finds the merges.
   *
   * @param ranks the id of each token, which is also its rank
   * @param vocabulary these tokens, and maybe others that never merge
   */
  RankedMerges(Map<String, Integer> ranks, Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    for (int id : ranks.values().stream().mapToInt(Integer::intValue).sorted().toArray()) {
      String token = vocabulary.token(id);
      for (int i = 1; i < token.length(); i++) {
        Integer first = ranks.get(token.substring(0, i));
        Integer second = first == null ? null : ranks.get(token.substring(i));
        if (second != null) {
          left.add(first);
          right.add(second);
          whole.add(id);
        }
      }
    }
  }

  /** Returns the merges for look-up; those of one token have the same rank. */
  MergeTable table() {
    MergeTable table = new MergeTable(size());
    for (int i = 0; i < size(); i++) {
      table.put(left.get(i), right.get(i), whole.get(i), whole.get(i));
    }
    return table;
  }

  @Override
  public Merge get(int i) {
    return new Merge(vocabulary.token(left.get(i)), vocabulary.token(right.get(i)));
  }

  @Override
  public int size() {
    return whole.size();
  }
}
