package dev.kernite.tokenizer.model;

/**
 * A vocabulary as a trie over code points: all tokens that begin at a place of a text are met by
 * one walk along it. The edges are in one open-addressing table of longs, node and code point to
 * node, so a step is one multiplication and mostly one memory access, and nothing is allocated.
 */
public final class PieceTrie {
  /** The node of the empty string. */
  public static final int ROOT = 0;

  /** What {@link #step} returns where no token goes on. */
  public static final int DEAD_END = -1;

  private static final int CODE_POINT_BITS = 21;

  private long[] edges = new long[1 << 10]; // (node + 1) << 21 | code point; 0 where empty
  private int[] targets = new int[1 << 10];
  private int[] tokens = new int[1 << 8]; // of each node
  private int shift = 64 - 10;
  private int nodes = 1;

  /** Creates the trie of no tokens. */
  public PieceTrie() {
    tokens[ROOT] = Vocabulary.NONE;
  }

  /** Adds a token; one that was there before gets the new id. */
  public void add(String token, int id) {
    int node = ROOT;
    for (int i = 0; i < token.length(); i += Character.charCount(token.codePointAt(i))) {
      node = stepOrGrow(node, token.codePointAt(i));
    }
    tokens[node] = id;
  }

  private int stepOrGrow(int node, int codePoint) {
    int next = step(node, codePoint);
    if (next != DEAD_END) {
      return next;
    }
    if (nodes * 2 > edges.length) {
      grow();
    }
    if (nodes == tokens.length) {
      tokens = java.util.Arrays.copyOf(tokens, 2 * nodes);
    }
    tokens[nodes] = Vocabulary.NONE;
    put(edge(node, codePoint), nodes);
    return nodes++;
  }

  private void grow() {
    long[] oldEdges = edges;
    int[] oldTargets = targets;
    edges = new long[2 * oldEdges.length];
    targets = new int[2 * oldEdges.length];
    shift--;
    for (int i = 0; i < oldEdges.length; i++) {
      if (oldEdges[i] != 0) {
        put(oldEdges[i], oldTargets[i]);
      }
    }
  }

  private void put(long edge, int target) {
    int slot = slot(edge);
    edges[slot] = edge;
    targets[slot] = target;
  }

  /** Returns the node after {@code codePoint}, or {@link #DEAD_END}. */
  public int step(int node, int codePoint) {
    long edge = edge(node, codePoint);
    int slot = slot(edge);
    return edges[slot] == edge ? targets[slot] : DEAD_END;
  }

  /** Returns the node after all of {@code text}, or {@link #DEAD_END}. */
  public int walk(String text) {
    int node = ROOT;
    for (int i = 0; i < text.length() && node != DEAD_END; ) {
      node = step(node, text.codePointAt(i));
      i += Character.charCount(text.codePointAt(i));
    }
    return node;
  }

  /** Returns the id of the token that ends at {@code node}, or {@link Vocabulary#NONE}. */
  public int token(int node) {
    return tokens[node];
  }

  private static long edge(int node, int codePoint) {
    return (node + 1L) << CODE_POINT_BITS | codePoint;
  }

  /** The slot of an edge, or the empty one where it would go. */
  private int slot(long edge) {
    int slot = (int) (edge * 0x9E3779B97F4A7C15L >>> shift);
    while (edges[slot] != 0 && edges[slot] != edge) {
      slot = slot + 1 & edges.length - 1;
    }
    return slot;
  }
}
