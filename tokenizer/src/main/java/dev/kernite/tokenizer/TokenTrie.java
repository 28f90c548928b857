package dev.kernite.tokenizer;

import dev.kernite.tokenizer.text.AlignedText;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds strings in a text: at each place the longest, from left to right, without overlap. */
final class TokenTrie {
  /**
   * A string that was found.
   *
   * @param start where it begins
   * @param end where it ends
   * @param id the id it was added with
   */
  record Match(int start, int end, int id) {}

  private static final class Node {
    private final Map<Integer, Node> next = new HashMap<>(4);
    private int id = -1;
  }

  private static final int QUICKLY_LOOKED_FOR = 8;

  private final Node root = new Node();
  private final BitSet first = new BitSet(); // with which code points a string begins

  /** Adds a string; one that is there already keeps its id. */
  void add(AlignedText content, int id) {
    if (content.length() == 0) {
      return; // a token that normalisation leaves nothing of
    }
    first.set(content.codePoint(0));
    Node node = root;
    for (int i = 0; i < content.length(); i++) {
      node = node.next.computeIfAbsent(content.codePoint(i), _ -> new Node());
    }
    if (node.id < 0) {
      node.id = id;
    }
  }

  boolean isEmpty() {
    return root.next.isEmpty();
  }

  /** Returns false only where {@link #find} would find nothing: a quick look at the text. */
  boolean mayOccurIn(String text) {
    if (first.cardinality() > QUICKLY_LOOKED_FOR) {
      return true;
    }
    for (int c = first.nextSetBit(0); c >= 0; c = first.nextSetBit(c + 1)) {
      if (text.indexOf(c) >= 0 || c == 0xFFFD) { // which a lone surrogate counts as
        return true;
      }
    }
    return false;
  }

  /** Adds what is found in {@code text[from, to)} to {@code matches}. */
  void find(AlignedText text, int from, int to, List<Match> matches) {
    for (int start = from; start < to; ) {
      Match longest = first.get(text.codePoint(start)) ? longest(text, start, to) : null;
      if (longest == null) {
        start++;
      } else {
        matches.add(longest);
        start = longest.end();
      }
    }
  }

  private Match longest(AlignedText text, int start, int to) {
    Match longest = null;
    Node node = root.next.get(text.codePoint(start));
    for (int i = start + 1; node != null; i++) {
      if (node.id >= 0) {
        longest = new Match(start, i, node.id);
      }
      node = i < to ? node.next.get(text.codePoint(i)) : null;
    }
    return longest;
  }
}
