package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.model.SentencePiece.Kind;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.Arrays;
import java.util.List;

/**
 * The unigram language model of SentencePiece (Kudo 2018): of all ways to cut a text into pieces
 * the one with the highest sum of scores, which are log probabilities. The Viterbi algorithm finds
 * it in one pass, with a walk through the trie of pieces at each place.
 *
 * <p>A character without a piece of its own costs ten more than the worst piece and is unknown;
 * neighbouring unknown characters are one token. With byte fallback they become their bytes.
 */
public final class Unigram implements Model {
  private static final float UNKNOWN_PENALTY = 10;

  private final Vocabulary vocabulary;
  private final double[] scores;
  private final int unkId;
  private final boolean byteFallback;
  private final boolean sentencePiece; // as that library itself: sums in single precision
  private final double unknownScore;
  private final PieceTrie trie = new PieceTrie();
  private final ByteTokens bytes;
  private final WordCache cache = new WordCache(this::compute);

  /**
   * Creates the model as the tokenizers library understands it: any piece may be found in a text.
   *
   * @param vocabulary the pieces
   * @param scores the score of each piece, by id
   * @param unkId the id of what there is no piece for, or {@link Vocabulary#NONE}
   * @param byteFallback whether what there is no piece for becomes its bytes, as tokens {@code
   *     <0xNN>}
   * @throws TokenizerException if {@code unkId} is the id of no piece
   */
  public Unigram(Vocabulary vocabulary, double[] scores, int unkId, boolean byteFallback) {
    this(vocabulary, scores.clone(), unkId, byteFallback, false, lowest(scores) - UNKNOWN_PENALTY);
    for (int id = 0; id < scores.length; id++) {
      trie.add(vocabulary.token(id), id);
    }
  }

  private Unigram(
      Vocabulary vocabulary,
      double[] scores,
      int unkId,
      boolean byteFallback,
      boolean sentencePiece,
      double unknownScore) {
    if (unkId != Vocabulary.NONE && (unkId < 0 || unkId >= scores.length)) {
      throw new TokenizerException(
          "unk_id %d is not one of the %d pieces".formatted(unkId, scores.length));
    }
    this.vocabulary = vocabulary;
    this.scores = scores;
    this.unkId = unkId;
    this.byteFallback = byteFallback;
    this.sentencePiece = sentencePiece;
    this.unknownScore = unknownScore;
    this.bytes = new ByteTokens(vocabulary);
  }

  private static double lowest(double[] scores) {
    return Arrays.stream(scores).min().orElse(0);
  }

  /**
   * Creates the model as SentencePiece understands it: only normal and user-defined pieces are
   * found in a text, and the latter always.
   *
   * @param pieces all pieces, by id
   * @param byteFallback whether what there is no piece for becomes its bytes
   */
  public static Unigram ofSentencePiece(List<SentencePiece> pieces, boolean byteFallback) {
    float lowest = Float.MAX_VALUE;
    float highest = -Float.MAX_VALUE;
    int unknown = Vocabulary.NONE;
    double[] scores = new double[pieces.size()];
    for (int id = 0; id < scores.length; id++) {
      SentencePiece piece = pieces.get(id);
      scores[id] = piece.score();
      if (piece.kind() == Kind.NORMAL) {
        lowest = Math.min(lowest, piece.score());
        highest = Math.max(highest, piece.score());
      } else if (piece.kind() == Kind.UNKNOWN) {
        unknown = id;
      }
    }
    Vocabulary vocabulary = Vocabulary.inOrder(pieces.stream().map(SentencePiece::text).toList());
    Unigram model =
        new Unigram(vocabulary, scores, unknown, byteFallback, true, lowest - UNKNOWN_PENALTY);
    for (int id = 0; id < scores.length; id++) {
      SentencePiece piece = pieces.get(id);
      if (piece.kind() == Kind.USER_DEFINED) {
        // So good that no other cut can be better.
        int length = CodePoints.utf8Length(piece.text());
        scores[id] = length * highest - 0.1;
      }
      if (piece.kind() == Kind.NORMAL || piece.kind() == Kind.USER_DEFINED) {
        model.trie.add(piece.text(), id);
      }
    }
    return model;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns the score of a piece. */
  public double score(int id) {
    return scores[id];
  }

  /** Returns the id of what there is no piece for, or {@link Vocabulary#NONE}. */
  public int unkId() {
    return unkId;
  }

  /** Returns whether what there is no piece for becomes its bytes. */
  public boolean byteFallback() {
    return byteFallback;
  }

  /** Returns whether this is the model of a SentencePiece file, which cuts as that library does. */
  public boolean isOfSentencePiece() {
    return sentencePiece;
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
    int length = end - start;
    int[] ids = new int[length + 1]; // of the last piece of the best cut of text[start, start + i)
    int[] froms = new int[length + 1]; // where that piece begins
    search(text, start, end, ids, froms);
    int[] next = new int[length + 1];
    for (int i = length; i > 0; i = froms[i]) {
      next[froms[i]] = i;
    }
    boolean fused = !sentencePiece || !byteFallback;
    for (int from = 0, to; from < length; from = to) {
      to = next[from];
      int id = ids[to];
      while (id == unkId && fused && to < length && ids[next[to]] == unkId) {
        to = next[to];
      }
      if (id == unkId) {
        addUnknown(text, start + from, start + to, out);
      } else {
        out.add(id, CodePoints.utf8Length(text, start + from, start + to));
      }
    }
  }

  /** The Viterbi algorithm: fills in the last piece of the best cut of each prefix. */
  private void search(int[] text, int start, int end, int[] ids, int[] froms) {
    double[] best = new double[ids.length];
    Arrays.fill(froms, -1);
    for (int i = start; i < end; i++) {
      double here = best[i - start];
      boolean known = false; // whether this character alone is a piece
      int node = PieceTrie.ROOT;
      for (int k = i; k < end; k++) {
        node = trie.step(node, text[k]);
        if (node == PieceTrie.DEAD_END) {
          break;
        }
        int id = trie.token(node);
        if (id != Vocabulary.NONE) {
          known |= k == i;
          offer(k + 1 - start, i - start, id, scores[id] + here, best, ids, froms);
        }
      }
      if (!known) {
        double unknown = unknownScore + here;
        offer(i + 1 - start, i - start, unkId, rounded(unknown), best, ids, froms);
      }
    }
  }

  private void offer(
      int to, int from, int id, double score, double[] best, int[] ids, int[] froms) {
    if (froms[to] < 0 || score > best[to]) {
      if (id == Vocabulary.NONE) {
        throw new TokenizerException(
            "the text has a character without a piece, and the model has no unk_id");
      }
      best[to] = rounded(score);
      ids[to] = id;
      froms[to] = from;
    }
  }

  private double rounded(double score) {
    return sentencePiece ? (float) score : score;
  }

  private void addUnknown(int[] text, int from, int to, ModelTokens out) {
    if (!sentencePiece) {
      // Characters that are pieces of no good cut may be a piece together.
      int id = vocabulary.id(new String(text, from, to - from));
      if (id != Vocabulary.NONE) {
        out.add(id, CodePoints.utf8Length(text, from, to));
        return;
      }
    }
    if (!byteFallback || !bytes.addTo(out, text, from, to)) {
      out.add(unkId, CodePoints.utf8Length(text, from, to));
    }
  }
}
