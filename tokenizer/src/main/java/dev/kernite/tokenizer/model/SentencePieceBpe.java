package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.model.SentencePiece.Kind;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The BPE of SentencePiece: any two neighbours merge that together are a piece, always the piece of
 * the highest score, the leftmost of those. A user-defined piece is whole from the beginning and
 * never merges.
 */
public final class SentencePieceBpe implements Model {
  private final Vocabulary vocabulary;
  private final boolean byteFallback;
  private final ByteTokens bytes;
  private final int unkId;
  private final MergeTable merges;
  private final Map<Integer, Integer> characters = new HashMap<>(); // also those that are no piece
  private final PieceTrie userDefined = new PieceTrie();
  private final WordCache cache = new WordCache(this::compute);

  /**
   * Creates the model.
   *
   * @param pieces all pieces, by id
   * @param byteFallback whether what there is no piece for becomes its bytes
   * @throws TokenizerException if a piece is marked as unused, which is not supported
   */
  public SentencePieceBpe(List<SentencePiece> pieces, boolean byteFallback) {
    this.vocabulary = Vocabulary.inOrder(pieces.stream().map(SentencePiece::text).toList());
    this.byteFallback = byteFallback;
    this.bytes = new ByteTokens(vocabulary);
    Map<String, Integer> symbols = new HashMap<>();
    int unknown = Vocabulary.NONE;
    for (int id = 0; id < pieces.size(); id++) {
      SentencePiece piece = pieces.get(id);
      switch (piece.kind()) {
        case NORMAL -> symbols.put(piece.text(), id);
        case USER_DEFINED -> userDefined.add(piece.text(), id);
        case UNKNOWN -> unknown = id;
        case UNUSED ->
            throw new TokenizerException(
                "piece %d, \"%s\", is marked as unused, which is not supported in a BPE model"
                    .formatted(id, piece.text()));
        case CONTROL, BYTE -> {}
      }
    }
    this.unkId = unknown;
    int[] free = {pieces.size()};
    List.copyOf(symbols.keySet())
        .forEach(
            text ->
                text.codePoints()
                    .forEach(
                        c ->
                            characters.computeIfAbsent(
                                c,
                                _ ->
                                    symbols.computeIfAbsent(
                                        Character.toString(c), _ -> free[0]++))));
    this.merges = merges(pieces, symbols);
  }

  /** Every way to put a piece together from two others or from single characters. */
  private static MergeTable merges(List<SentencePiece> pieces, Map<String, Integer> symbols) {
    float[] descending = new float[pieces.size()];
    for (int id = 0; id < descending.length; id++) {
      descending[id] = -pieces.get(id).score();
    }
    Arrays.sort(descending);
    MergeTable table = new MergeTable(2 * pieces.size());
    for (int id = 0; id < pieces.size(); id++) {
      SentencePiece piece = pieces.get(id);
      if (piece.kind() != Kind.NORMAL) {
        continue;
      }
      int rank = Arrays.binarySearch(descending, -piece.score());
      while (rank > 0 && descending[rank - 1] == descending[rank]) {
        rank--;
      }
      String text = piece.text();
      for (int i = text.offsetByCodePoints(0, 1);
          i < text.length();
          i = text.offsetByCodePoints(i, 1)) {
        Integer left = symbols.get(text.substring(0, i));
        Integer right = symbols.get(text.substring(i));
        if (left != null && right != null) {
          table.put(left, right, rank, id);
        }
      }
    }
    return table;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** An unknown token is shown as the text it stands for. */
  @Override
  public int verbatimId() {
    return unkId;
  }

  @Override
  public void tokenize(int[] text, int start, int end, ModelTokens out) {
    cache.tokenize(text, start, end, out);
  }

  private void compute(int[] text, int start, int end, ModelTokens out) {
    Symbols symbols = new Symbols(end - start);
    for (int i = start; i < end; ) {
      int length = userDefinedAt(text, i, end);
      int id =
          length == 0 ? characters.getOrDefault(text[i], unkId) : userDefinedId(text, i, length);
      length = Math.max(length, 1);
      symbols.add(id, CodePoints.utf8Length(text, i, i + length));
      i += length;
    }
    symbols.merge(merges);
    emit(symbols, text, start, out);
  }

  private void emit(Symbols symbols, int[] text, int start, ModelTokens out) {
    int[] ids = symbols.ids();
    int[] lengths = symbols.bytes();
    int position = start;
    int unknownBytes = 0; // of the unknown token that is not yet added
    for (int s = 0; s < ids.length; s++) {
      int from = position;
      for (int left = lengths[s]; left > 0; position++) {
        left -= CodePoints.utf8Length(text[position]);
      }
      boolean isUnknown = ids[s] == unkId || ids[s] >= vocabulary.size();
      if (isUnknown && byteFallback && bytes.addTo(out, text, from, position)) {
        continue;
      }
      if (isUnknown) {
        unknownBytes += lengths[s];
        continue;
      }
      if (unknownBytes > 0) {
        out.add(unkId, unknownBytes);
        unknownBytes = 0;
      }
      out.add(ids[s], lengths[s]);
    }
    if (unknownBytes > 0) {
      out.add(unkId, unknownBytes);
    }
  }

  /** Returns how many characters the longest user-defined piece at {@code i} has, or 0. */
  private int userDefinedAt(int[] text, int i, int end) {
    int longest = 0;
    int node = PieceTrie.ROOT;
    for (int k = i; k < end; k++) {
      node = userDefined.step(node, text[k]);
      if (node == PieceTrie.DEAD_END) {
        break;
      }
      longest = userDefined.token(node) == Vocabulary.NONE ? longest : k + 1 - i;
    }
    return longest;
  }

  private int userDefinedId(int[] text, int i, int length) {
    int node = PieceTrie.ROOT;
    for (int k = i; k < i + length; k++) {
      node = userDefined.step(node, text[k]);
    }
    return userDefined.token(node);
  }
}
