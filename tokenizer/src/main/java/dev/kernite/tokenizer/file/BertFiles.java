package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.decoder.WordPieceDecoder;
import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.model.WordPiece;
import dev.kernite.tokenizer.normalizer.BertNormalizer;
import dev.kernite.tokenizer.pretokenizer.BertPreTokenizer;
import dev.kernite.tokenizer.processor.BertProcessing;
import dev.kernite.tokenizer.processor.SpecialToken;
import java.nio.file.Path;
import java.util.Map;

/**
 * {@code vocab.txt}, a token a line, the file of the BERT release, by its rules: basic cleaning and
 * cutting, WordPiece, {@code [CLS] A [SEP] B [SEP]}. What lies beside it is heeded: {@code
 * tokenizer_config.json} says whether to write small letters ({@code do_lower_case}, which is true
 * unless it says otherwise), to strip accents, to part CJK ideographs, and which tokens are
 * special.
 */
final class BertFiles {
  private static final String CONTINUING = "##";
  private static final int LONGEST_WORD = 100; // characters, as in the release

  private BertFiles() {}

  static Tokenizer read(Path vocabularyFile) {
    Vocabulary vocabulary = Vocabulary.inOrder(Lines.read(vocabularyFile));
    TokenizerConfig config = TokenizerConfig.beside(vocabularyFile);
    Map<String, String> names = config.names("[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]");
    Json json = config.json();
    Json accents = json.get("strip_accents");
    BertNormalizer normalizer =
        new BertNormalizer(
            true,
            json.get("tokenize_chinese_chars").bool(true),
            accents.isNull() ? null : accents.bool(),
            json.get("do_lower_case").bool(true));
    return new Tokenizer(
        new Pipeline(
            config.addedTokens(names.values(), vocabulary),
            normalizer,
            new BertPreTokenizer(),
            new WordPiece(vocabulary, names.get("unk_token"), CONTINUING, LONGEST_WORD),
            new BertProcessing(
                special(names, "sep_token", vocabulary, vocabularyFile),
                special(names, "cls_token", vocabulary, vocabularyFile)),
            new WordPieceDecoder(CONTINUING, true),
            EncodeOptions.PLAIN));
  }

  private static SpecialToken special(
      Map<String, String> names, String name, Vocabulary vocabulary, Path file) {
    String token = names.get(name);
    int id = vocabulary.id(token);
    if (id == Vocabulary.NONE) {
      throw Lines.error(
          file,
          "lacks the %s \"%s\"; if it has another one, name it in tokenizer_config.json"
              .formatted(name, token));
    }
    return new SpecialToken(token, id);
  }
}
