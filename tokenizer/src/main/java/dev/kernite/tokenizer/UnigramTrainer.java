package dev.kernite.tokenizer;

import dev.kernite.tokenizer.decoder.MetaspaceDecoder;
import dev.kernite.tokenizer.model.Unigram;
import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.normalizer.Nmt;
import dev.kernite.tokenizer.normalizer.NormalizerSequence;
import dev.kernite.tokenizer.normalizer.Replace;
import dev.kernite.tokenizer.normalizer.UnicodeNormalizer;
import dev.kernite.tokenizer.pretokenizer.Metaspace;
import dev.kernite.tokenizer.pretokenizer.PreTokenizerSequence;
import dev.kernite.tokenizer.pretokenizer.WhitespaceSplit;
import dev.kernite.tokenizer.processor.PostProcessor;
import dev.kernite.tokenizer.processor.TemplateProcessing;
import dev.kernite.tokenizer.text.SearchPattern;
import dev.kernite.tokenizer.text.UnicodeForm;
import dev.kernite.tokenizer.train.TextChunks;
import dev.kernite.tokenizer.train.UnigramLearner;
import dev.kernite.tokenizer.train.WordCounts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Learns a Unigram tokenizer as T5 has it (Kudo 2018; Raffel et al. 2020): NFKC with plain spaces,
 * words that begin with U+2581, and the pieces that make the text most likely. {@code </s>} is put
 * behind a text if it is among the special tokens. The result depends on the text alone.
 *
 * <pre>
 * Tokenizer tokenizer = UnigramTrainer.ofSize(8000).train(Path.of("stories.txt"));
 * tokenizer.save(Path.of("tokenizer.json"));
 * </pre>
 *
 * @param vocabSize how many tokens to have, special ones and characters included; fewer where the
 *     text is too small
 * @param maxPieceLength the longest piece, in characters
 * @param specialTokens they get the first ids; {@code <unk>} must be one of them
 */
public record UnigramTrainer(int vocabSize, int maxPieceLength, List<AddedToken> specialTokens) {
  private static final String UNKNOWN = "<unk>";
  private static final String END = "</s>";
  private static final int SPACE = 0x2581;

  /**
   * Keeps a copy of the list.
   *
   * @throws TokenizerException if {@code <unk>} is not among the special tokens
   */
  public UnigramTrainer {
    specialTokens = List.copyOf(specialTokens);
    if (specialTokens.stream().noneMatch(token -> token.content().equals(UNKNOWN))) {
      throw new TokenizerException("a Unigram vocabulary needs the special token " + UNKNOWN);
    }
  }

  /** Returns a trainer with the special tokens of T5 and pieces of up to 16 characters. */
  public static UnigramTrainer ofSize(int vocabSize) {
    return new UnigramTrainer(vocabSize, 16, List.of(AddedToken.special(UNKNOWN)))
        .specialTokens("<pad>", END, UNKNOWN);
  }

  /** Returns this with other special tokens; {@code <unk>} must be one of them. */
  public UnigramTrainer specialTokens(String... tokens) {
    return new UnigramTrainer(
        vocabSize, maxPieceLength, Stream.of(tokens).map(AddedToken::special).distinct().toList());
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
    List<String> pieces = new ArrayList<>(specialTokens.stream().map(AddedToken::content).toList());
    Tokenizer beginning = tokenizer(pieces, new double[pieces.size()]);
    WordCounts words = new WordCounts();
    texts.forEach(text -> words.add(beginning.cut(text)));
    List<UnigramLearner.Piece> learned =
        new UnigramLearner(words, maxPieceLength).learn(vocabSize - pieces.size());
    double[] scores = new double[pieces.size() + learned.size()];
    for (UnigramLearner.Piece piece : learned) {
      scores[pieces.size()] = piece.score();
      pieces.add(piece.text());
    }
    return tokenizer(pieces, scores);
  }

  private Tokenizer tokenizer(List<String> pieces, double[] scores) {
    Metaspace spaces = new Metaspace(SPACE, Metaspace.Prepend.ALWAYS, true);
    return new Tokenizer(
        new Pipeline(
            specialTokens,
            new NormalizerSequence(
                List.of(
                    new Nmt(),
                    new UnicodeNormalizer(UnicodeForm.NFKC),
                    new Replace(SearchPattern.regex(" {2,}"), " "))),
            new PreTokenizerSequence(List.of(new WhitespaceSplit(), spaces)),
            new Unigram(Vocabulary.inOrder(pieces), scores, pieces.indexOf(UNKNOWN), false),
            processor(pieces.indexOf(END)),
            new MetaspaceDecoder(spaces),
            EncodeOptions.PLAIN));
  }

  private static PostProcessor processor(int end) {
    if (end < 0) {
      return null;
    }
    TemplateProcessing.Piece text = new TemplateProcessing.Sequence(0, 0);
    TemplateProcessing.Piece pair = new TemplateProcessing.Sequence(1, 0);
    TemplateProcessing.Piece mark = new TemplateProcessing.Named(END, 0);
    return new TemplateProcessing(
        List.of(text, mark),
        List.of(text, mark, pair, mark),
        Map.of(END, new TemplateProcessing.Special(List.of(end), List.of(END))));
  }
}
