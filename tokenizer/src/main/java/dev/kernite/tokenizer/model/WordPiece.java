package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.text.CodePoints;

/**
 * WordPiece (Schuster and Nakajima 2012; Wu et al. 2016): from left to right, always the longest
 * token that fits. A word that cannot be cut to its end is one unknown token.
 */
public final class WordPiece implements Model {
  private final Vocabulary vocabulary;
  private final String unkToken;
  private final String continuingSubwordPrefix;
  private final int maxInputCharsPerWord;
  private final PieceTrie trie = new PieceTrie();
  private final int continuing; // the node of the prefix, or none
  private final WordCache cache = new WordCache(this::compute);

  /**
   * Creates the model.
   *
   * @param vocabulary the tokens
   * @param unkToken the token for a word that cannot be cut
   * @param continuingSubwordPrefix what a token carries that does not begin a word; may be empty
   * @param maxInputCharsPerWord a word of more characters is unknown
   */
  public WordPiece(
      Vocabulary vocabulary,
      String unkToken,
      String continuingSubwordPrefix,
      int maxInputCharsPerWord) {
    this.vocabulary = vocabulary;
    this.unkToken = unkToken;
    this.continuingSubwordPrefix = continuingSubwordPrefix;
    this.maxInputCharsPerWord = maxInputCharsPerWord;
    vocabulary.ids().forEach(trie::add);
    this.continuing = trie.walk(continuingSubwordPrefix);
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns the token for a word that cannot be cut. */
  public String unkToken() {
    return unkToken;
  }

  /** Returns what a token carries that does not begin a word. */
  public String continuingSubwordPrefix() {
    return continuingSubwordPrefix;
  }

  /** Returns how many characters a word may have. */
  public int maxInputCharsPerWord() {
    return maxInputCharsPerWord;
  }

  @Override
  public void tokenize(int[] text, int start, int end, ModelTokens out) {
    cache.tokenize(text, start, end, out);
  }

  private void compute(int[] text, int start, int end, ModelTokens out) {
    int before = out.size();
    int position = start;
    if (end - start <= maxInputCharsPerWord) {
      while (position < end) {
        int next = longest(text, position, end, position > start, out);
        if (next == position) {
          break;
        }
        position = next;
      }
    }
    if (position < end) {
      out.truncate(before);
      out.add(unknown(), CodePoints.utf8Length(text, start, end));
    }
  }

  /** Appends the longest token at {@code start}; returns where it ends, or {@code start}. */
  private int longest(int[] text, int start, int end, boolean inside, ModelTokens out) {
    int node = inside ? continuing : PieceTrie.ROOT;
    int token = Vocabulary.NONE;
    int tokenEnd = start;
    for (int i = start; i < end && node != PieceTrie.DEAD_END; i++) {
      node = trie.step(node, text[i]);
      if (node != PieceTrie.DEAD_END && trie.token(node) != Vocabulary.NONE) {
        token = trie.token(node);
        tokenEnd = i + 1;
      }
    }
    if (tokenEnd > start) {
      out.add(token, CodePoints.utf8Length(text, start, tokenEnd));
    }
    return tokenEnd;
  }

  private int unknown() {
    int id = vocabulary.id(unkToken);
    if (id == Vocabulary.NONE) {
      throw new TokenizerException(
          "the text has an unknown word, and the vocabulary lacks the unk_token \"%s\""
              .formatted(unkToken));
    }
    return id;
  }
}
