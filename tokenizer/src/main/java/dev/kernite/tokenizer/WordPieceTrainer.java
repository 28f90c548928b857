package dev.kernite.tokenizer;

import dev.kernite.tokenizer.decoder.WordPieceDecoder;
import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.model.WordPiece;
import dev.kernite.tokenizer.normalizer.BertNormalizer;
import dev.kernite.tokenizer.pretokenizer.BertPreTokenizer;
import dev.kernite.tokenizer.processor.BertProcessing;
import dev.kernite.tokenizer.processor.PostProcessor;
import dev.kernite.tokenizer.processor.SpecialToken;
import dev.kernite.tokenizer.train.MergeLearner;
import dev.kernite.tokenizer.train.TextChunks;
import dev.kernite.tokenizer.train.WordCounts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Learns a WordPiece tokenizer as BERT has it: its cleaning and cutting, {@code [CLS] A [SEP]}, and
 * a vocabulary of characters and of what BPE merges them into, as the Hugging Face trainer makes
 * it. A token that does not begin a word carries {@code ##}. The result depends on the text alone.
 *
 * <pre>
 * Tokenizer tokenizer = WordPieceTrainer.ofSize(8000).train(Path.of("stories.txt"));
 * tokenizer.save(Path.of("tokenizer.json"));
 * </pre>
 *
 * @param vocabSize how many tokens to have, special ones and characters included; fewer where the
 *     text is too small
 * @param minFrequency how often a pair must be seen to be merged
 * @param maxCharacters how many characters to have at most, the most frequent ones; words with
 *     others are unknown
 * @param lowercase whether to write small letters and strip accents
 * @param specialTokens they get the first ids; with {@code [CLS]} and {@code [SEP]} among them,
 *     these are put around texts
 */
public record WordPieceTrainer(
    int vocabSize,
    long minFrequency,
    int maxCharacters,
    boolean lowercase,
    List<AddedToken> specialTokens) {
  private static final String UNKNOWN = "[UNK]";
  private static final String CONTINUING = "##";
  private static final int LONGEST_WORD = 100;

  /**
   * Keeps a copy of the list.
   *
   * @throws TokenizerException if {@code [UNK]} is not among the special tokens
   */
  public WordPieceTrainer {
    specialTokens = List.copyOf(specialTokens);
    if (specialTokens.stream().noneMatch(token -> token.content().equals(UNKNOWN))) {
      throw new TokenizerException("a WordPiece vocabulary needs the special token " + UNKNOWN);
    }
  }

  /** Returns a trainer with the special tokens of BERT that writes small letters. */
  public static WordPieceTrainer ofSize(int vocabSize) {
    return new WordPieceTrainer(vocabSize, 2, 1000, true, List.of(AddedToken.special(UNKNOWN)))
        .specialTokens("[PAD]", UNKNOWN, "[CLS]", "[SEP]", "[MASK]");
  }

  /** Returns this with another least frequency. */
  public WordPieceTrainer minFrequency(long other) {
    return new WordPieceTrainer(vocabSize, other, maxCharacters, lowercase, specialTokens);
  }

  /** Returns this with other special tokens; {@code [UNK]} must be one of them. */
  public WordPieceTrainer specialTokens(String... tokens) {
    return new WordPieceTrainer(
        vocabSize,
        minFrequency,
        maxCharacters,
        lowercase,
        Stream.of(tokens).map(AddedToken::special).toList());
  }

  /** Returns this with or without small letters only. */
  public WordPieceTrainer lowercase(boolean other) {
    return new WordPieceTrainer(vocabSize, minFrequency, maxCharacters, other, specialTokens);
  }

  /**
   * Learns from a file of UTF-8 text, which may be larger than memory.
   *
   * @throws TokenizerException if the file cannot be read, or the vocabulary is too small for its
   *     characters
   */
  public Tokenizer train(Path textFile) {
    try (Stream<String> chunks = TextChunks.of(textFile)) {
      return train(chunks);
    }
  }

  /**
   * Learns from texts; no word reaches from one into the next.
   *
   * @throws TokenizerException if the vocabulary is too small for their characters
   */
  public Tokenizer train(Stream<String> texts) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (AddedToken token : specialTokens) {
      ids.putIfAbsent(token.content(), ids.size());
    }
    Tokenizer beginning = tokenizer(Map.copyOf(ids));
    WordCounts words = new WordCounts();
    texts.forEach(text -> words.add(beginning.cut(text)));
    MergeLearner learner = MergeLearner.ofWordPieces(words, ids, CONTINUING, maxCharacters);
    if (ids.size() > vocabSize) {
      throw new TokenizerException(
          "a vocabulary of %d is too small: special tokens and characters are %d tokens"
              .formatted(vocabSize, ids.size()));
    }
    learner.learn(vocabSize, minFrequency);
    return tokenizer(ids);
  }

  private Tokenizer tokenizer(Map<String, Integer> ids) {
    return new Tokenizer(
        new Pipeline(
            specialTokens,
            new BertNormalizer(true, true, null, lowercase),
            new BertPreTokenizer(),
            new WordPiece(new Vocabulary(ids), UNKNOWN, CONTINUING, LONGEST_WORD),
            processor(ids),
            new WordPieceDecoder(CONTINUING, true),
            EncodeOptions.PLAIN));
  }

  private static PostProcessor processor(Map<String, Integer> ids) {
    Integer cls = ids.get("[CLS]");
    Integer sep = ids.get("[SEP]");
    return cls == null || sep == null
        ? null
        : new BertProcessing(new SpecialToken("[SEP]", sep), new SpecialToken("[CLS]", cls));
  }
}
