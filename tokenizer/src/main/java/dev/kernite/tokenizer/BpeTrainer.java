package dev.kernite.tokenizer;

import dev.kernite.tokenizer.decoder.ByteLevelDecoder;
import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.BpeOptions;
import dev.kernite.tokenizer.model.Merge;
import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import dev.kernite.tokenizer.processor.ByteLevelProcessor;
import dev.kernite.tokenizer.text.ByteAlphabet;
import dev.kernite.tokenizer.train.MergeLearner;
import dev.kernite.tokenizer.train.TextChunks;
import dev.kernite.tokenizer.train.WordCounts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Learns a byte-level BPE tokenizer from text: the words of GPT-2, the 256 bytes as alphabet, and
 * the merges that pay most. The result depends on the text alone: of pairs that are equally
 * frequent the one with the smaller ids is merged, as in the Hugging Face trainer.
 *
 * <pre>
 * Tokenizer tokenizer =
 *     BpeTrainer.ofSize(4096).specialTokens("&lt;|endoftext|&gt;").train(Path.of("stories.txt"));
 * tokenizer.save(Path.of("tokenizer.json"));
 * </pre>
 *
 * @param vocabSize how many tokens to have, special tokens and the 256 bytes included; fewer where
 *     the text is too small
 * @param minFrequency how often a pair must be seen to be merged
 * @param specialTokens they get the first ids, are never cut, and are not learned from
 */
public record BpeTrainer(int vocabSize, long minFrequency, List<AddedToken> specialTokens) {
  /**
   * Keeps a copy of the list.
   *
   * @throws TokenizerException if the vocabulary is too small for special tokens and bytes
   */
  public BpeTrainer {
    specialTokens = List.copyOf(specialTokens);
    if (vocabSize < 256 + specialTokens.size()) {
      throw new TokenizerException(
          "a byte-level vocabulary of %d is too small: it needs 256 tokens for the bytes and %d special ones"
              .formatted(vocabSize, specialTokens.size()));
    }
  }

  /** Returns a trainer that merges what is seen at least twice and has no special tokens. */
  public static BpeTrainer ofSize(int vocabSize) {
    return new BpeTrainer(vocabSize, 2, List.of());
  }

  /** Returns this with another least frequency. */
  public BpeTrainer minFrequency(long other) {
    return new BpeTrainer(vocabSize, other, specialTokens);
  }

  /** Returns this with other special tokens. */
  public BpeTrainer specialTokens(String... tokens) {
    return new BpeTrainer(
        vocabSize, minFrequency, Stream.of(tokens).map(AddedToken::special).toList());
  }

  /**
   * Learns from a file of UTF-8 text, which may be larger than memory.
   *
   * @throws TokenizerException if the file cannot be read
   */
  public Tokenizer train(Path textFile) {
    try (Stream<String> chunks = TextChunks.of(textFile)) {
      return train(chunks);
    }
  }

  /** Learns from texts; no word reaches from one into the next. */
  public Tokenizer train(Stream<String> texts) {
    Map<String, Integer> ids = alphabet();
    Tokenizer beginning = tokenizer(ids, List.of());
    WordCounts words = new WordCounts();
    texts.forEach(text -> words.add(beginning.cut(text)));
    List<Merge> merges = new MergeLearner(words, ids).learn(vocabSize, minFrequency);
    return tokenizer(ids, merges);
  }

  private Map<String, Integer> alphabet() {
    Map<String, Integer> ids = new LinkedHashMap<>();
    for (AddedToken token : specialTokens) {
      ids.putIfAbsent(token.content(), ids.size());
    }
    java.util.stream.IntStream.range(0, 256)
        .map(ByteAlphabet::character)
        .sorted()
        .forEach(c -> ids.putIfAbsent(Character.toString(c), ids.size()));
    return ids;
  }

  private Tokenizer tokenizer(Map<String, Integer> ids, List<Merge> merges) {
    return new Tokenizer(
        new Pipeline(
            specialTokens,
            null,
            new ByteLevel(false, true, true),
            new Bpe(new Vocabulary(ids), merges, BpeOptions.NONE),
            new ByteLevelProcessor(false, false, true),
            new ByteLevelDecoder(),
            EncodeOptions.PLAIN));
  }
}
