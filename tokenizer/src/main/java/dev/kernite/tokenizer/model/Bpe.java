package dev.kernite.tokenizer.model;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.text.CodePoints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-pair encoding (Sennrich et al. 2016): a word begins as its characters, then neighbours merge
 * in the order of the list of merges until none is left.
 */
public final class Bpe implements Model {
  private static final int DIRECT = 512; // characters with a table entry: the whole byte alphabet

  private final Vocabulary vocabulary;
  private final List<Merge> merges;
  private final BpeOptions options;
  private final boolean decorated;
  private final MergeTable table;
  private final int[] direct = new int[DIRECT];
  private final ByteTokens byteTokens;
  private final WordCache cache = new WordCache(this::compute);

  /**
   * Creates the model.
   *
   * @throws TokenizerException if a merge names, or makes, a token that the vocabulary lacks
   */
  public Bpe(Vocabulary vocabulary, List<Merge> merges, BpeOptions options) {
    this(
        vocabulary,
        List.copyOf(merges),
        options,
        table(vocabulary, merges, options.continuingSubwordPrefix().length()));
  }

  private Bpe(Vocabulary vocabulary, List<Merge> merges, BpeOptions options, MergeTable table) {
    this.vocabulary = vocabulary;
    this.merges = merges;
    this.options = options;
    this.table = table;
    this.decorated =
        !options.continuingSubwordPrefix().isEmpty() || !options.endOfWordSuffix().isEmpty();
    for (int c = 0; c < DIRECT; c++) {
      direct[c] = vocabulary.id(String.valueOf((char) c));
    }
    this.byteTokens = new ByteTokens(vocabulary);
  }

  /**
   * Creates the model of a list of ranked tokens, as tiktoken defines it: a word that is a token is
   * that token; in others the neighbours merge first that make the token of the lowest rank, the
   * leftmost of those.
   *
   * @param ranks the id of each token, which is also its rank
   * @param special ids of tokens that no word becomes
   * @throws TokenizerException if an id is negative or belongs to two tokens
   */
  public static Bpe ofRanks(Map<String, Integer> ranks, Map<String, Integer> special) {
    Map<String, Integer> ids = new HashMap<>(ranks);
    special.forEach(
        (token, id) -> {
          Integer other = ids.put(token, id);
          if (other != null) {
            throw new TokenizerException(
                "the special token \"%s\" is also the token of rank %d".formatted(token, other));
          }
        });
    Vocabulary vocabulary = new Vocabulary(ids);
    RankedMerges merges = new RankedMerges(ranks, vocabulary);
    BpeOptions wholeWords = new BpeOptions(null, "", "", false, false, true);
    return new Bpe(vocabulary, merges, wholeWords, merges.table());
  }

  private static MergeTable table(Vocabulary vocabulary, List<Merge> merges, int prefixLength) {
    MergeTable table = new MergeTable(merges.size());
    for (int rank = 0; rank < merges.size(); rank++) {
      String left = merges.get(rank).left();
      String right = merges.get(rank).right();
      if (right.length() < prefixLength) {
        throw new TokenizerException(
            "merge %d: \"%s\" is shorter than the continuing_subword_prefix"
                .formatted(rank, right));
      }
      table.put(
          id(vocabulary, left, rank),
          id(vocabulary, right, rank),
          rank,
          id(vocabulary, left.concat(right.substring(prefixLength)), rank));
    }
    return table;
  }

  private static int id(Vocabulary vocabulary, String token, int rank) {
    int id = vocabulary.id(token);
    if (id == Vocabulary.NONE) {
      throw new TokenizerException(
          "merge %d needs the token \"%s\", which the vocabulary lacks".formatted(rank, token));
    }
    return id;
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** Returns the merges in order of rank. */
  public List<Merge> merges() {
    return merges;
  }

  /** Returns the fields besides vocabulary and merges. */
  public BpeOptions options() {
    return options;
  }

  @Override
  public void tokenize(int[] text, int start, int end, ModelTokens out) {
    cache.tokenize(text, start, end, out);
  }

  private void compute(int[] text, int start, int end, ModelTokens out) {
    symbols(text, start, end).copyTo(out);
  }

  private Symbols symbols(int[] text, int start, int end) {
    if (options.ignoreMerges()) {
      int id = vocabulary.id(new String(text, start, end - start));
      if (id != Vocabulary.NONE) {
        int bytes = 0;
        for (int i = start; i < end; i++) {
          bytes += CodePoints.utf8Length(text[i]);
        }
        Symbols whole = new Symbols(1);
        whole.add(id, bytes);
        return whole;
      }
    }
    Symbols symbols = characters(text, start, end);
    symbols.merge(table);
    return symbols;
  }

  /** The word as one symbol a character, with what the options say of unknown ones. */
  private Symbols characters(int[] text, int start, int end) {
    Symbols symbols = new Symbols(end - start);
    int unknownBytes = 0; // of the unknown symbol that is not yet added
    for (int i = start; i < end; i++) {
      int c = text[i];
      int id = !decorated && c < DIRECT ? direct[c] : vocabulary.id(decorated(c, i, start, end));
      if (id != Vocabulary.NONE) {
        if (unknownBytes > 0) {
          symbols.add(unknown(), unknownBytes);
          unknownBytes = 0;
        }
        symbols.add(id, CodePoints.utf8Length(c));
      } else if (options.byteFallback() && addBytes(decorated(c, i, start, end), symbols)) {
        continue;
      } else if (options.unkToken() != null) {
        if (unknownBytes > 0 && !options.fuseUnk()) {
          symbols.add(unknown(), unknownBytes);
          unknownBytes = 0;
        }
        unknownBytes += CodePoints.utf8Length(c);
      }
    }
    if (unknownBytes > 0) {
      symbols.add(unknown(), unknownBytes);
    }
    return symbols;
  }

  private String decorated(int c, int i, int start, int end) {
    String token = Character.toString(c);
    if (i > start) {
      token = options.continuingSubwordPrefix() + token;
    }
    return i == end - 1 ? token + options.endOfWordSuffix() : token;
  }

  /** Adds the tokens of the bytes of {@code s}; adds nothing where one of them is missing. */
  private boolean addBytes(String s, Symbols symbols) {
    byte[] bytes = s.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (byte b : bytes) {
      if (byteTokens.id(b) == Vocabulary.NONE) {
        return false;
      }
    }
    for (byte b : bytes) {
      symbols.add(byteTokens.id(b), 1);
    }
    return true;
  }

  private int unknown() {
    int id = vocabulary.id(options.unkToken());
    if (id == Vocabulary.NONE) {
      throw new TokenizerException(
          "the text has an unknown character, and the vocabulary lacks the unk_token \"%s\""
              .formatted(options.unkToken()));
    }
    return id;
  }
}
