package dev.kernite.test.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kernite.tokenizer.AddedToken;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Encoding;
import dev.kernite.tokenizer.Padding;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Side;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.Truncation;
import dev.kernite.tokenizer.decoder.BpeDecoder;
import dev.kernite.tokenizer.decoder.ByteFallbackDecoder;
import dev.kernite.tokenizer.decoder.ByteLevelDecoder;
import dev.kernite.tokenizer.decoder.CtcDecoder;
import dev.kernite.tokenizer.decoder.Decoder;
import dev.kernite.tokenizer.decoder.DecoderSequence;
import dev.kernite.tokenizer.decoder.FuseDecoder;
import dev.kernite.tokenizer.decoder.MetaspaceDecoder;
import dev.kernite.tokenizer.decoder.ReplaceDecoder;
import dev.kernite.tokenizer.decoder.StripDecoder;
import dev.kernite.tokenizer.decoder.WordPieceDecoder;
import dev.kernite.tokenizer.normalizer.BertNormalizer;
import dev.kernite.tokenizer.normalizer.ByteLevelNormalizer;
import dev.kernite.tokenizer.normalizer.Lowercase;
import dev.kernite.tokenizer.normalizer.Nmt;
import dev.kernite.tokenizer.normalizer.Normalizer;
import dev.kernite.tokenizer.normalizer.NormalizerSequence;
import dev.kernite.tokenizer.normalizer.Prepend;
import dev.kernite.tokenizer.normalizer.Replace;
import dev.kernite.tokenizer.normalizer.Strip;
import dev.kernite.tokenizer.normalizer.StripAccents;
import dev.kernite.tokenizer.normalizer.UnicodeNormalizer;
import dev.kernite.tokenizer.pretokenizer.BertPreTokenizer;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import dev.kernite.tokenizer.pretokenizer.Delimiter;
import dev.kernite.tokenizer.pretokenizer.Digits;
import dev.kernite.tokenizer.pretokenizer.FixedLength;
import dev.kernite.tokenizer.pretokenizer.Metaspace;
import dev.kernite.tokenizer.pretokenizer.PreTokenizer;
import dev.kernite.tokenizer.pretokenizer.PreTokenizerSequence;
import dev.kernite.tokenizer.pretokenizer.Punctuation;
import dev.kernite.tokenizer.pretokenizer.Split;
import dev.kernite.tokenizer.pretokenizer.SplitBehavior;
import dev.kernite.tokenizer.pretokenizer.UnicodeScripts;
import dev.kernite.tokenizer.pretokenizer.Whitespace;
import dev.kernite.tokenizer.pretokenizer.WhitespaceSplit;
import dev.kernite.tokenizer.processor.BertProcessing;
import dev.kernite.tokenizer.processor.ByteLevelProcessor;
import dev.kernite.tokenizer.processor.PostProcessor;
import dev.kernite.tokenizer.processor.ProcessorSequence;
import dev.kernite.tokenizer.processor.RobertaProcessing;
import dev.kernite.tokenizer.processor.SpecialToken;
import dev.kernite.tokenizer.processor.TemplateProcessing;
import dev.kernite.tokenizer.text.SearchPattern;
import dev.kernite.tokenizer.text.UnicodeForm;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What is written is what is read. */
class SaveTest {
  private static final SpecialToken S = new SpecialToken("<s>", 0);
  private static final SpecialToken E = new SpecialToken("</s>", 2);

  @TempDir Path folder;

  private static Pipeline pipeline(
      Normalizer normalizer, PreTokenizer preTokenizer, PostProcessor processor, Decoder decoder) {
    Pipeline bpe = Fixtures.BPE.pipeline();
    return new Pipeline(
        bpe.addedTokens(),
        normalizer,
        preTokenizer,
        bpe.model(),
        processor,
        decoder,
        EncodeOptions.PLAIN);
  }

  private Pipeline saved(Pipeline pipeline) {
    Path file = folder.resolve("tokenizer.json");
    new Tokenizer(pipeline).save(file);
    return Tokenizer.load(file).pipeline();
  }

  @Test
  void everyNormalizerSurvives() {
    for (Normalizer normalizer :
        List.of(
            new UnicodeNormalizer(UnicodeForm.NFC),
            new UnicodeNormalizer(UnicodeForm.NFKD),
            new Lowercase(),
            new BertNormalizer(true, false, null, true),
            new BertNormalizer(false, true, true, false),
            new Strip(true, false),
            new StripAccents(),
            new Nmt(),
            new Prepend("x"),
            new Replace(SearchPattern.literal("a"), "b"),
            new Replace(SearchPattern.regex("a+"), "b"),
            new ByteLevelNormalizer(),
            new NormalizerSequence(List.of(new Lowercase(), new Nmt())))) {
      assertEquals(normalizer, saved(pipeline(normalizer, null, null, null)).normalizer());
    }
  }

  @Test
  void everyPreTokenizerSurvives() {
    for (PreTokenizer preTokenizer :
        List.of(
            new ByteLevel(true, false, true),
            new ByteLevel(false, true, false),
            new Split(SearchPattern.regex("a+"), SplitBehavior.MERGED_WITH_NEXT, true),
            new Whitespace(),
            new BertPreTokenizer(),
            new UnicodeScripts(),
            new FixedLength(3),
            new WhitespaceSplit(),
            new Punctuation(SplitBehavior.CONTIGUOUS),
            new Digits(true),
            new Delimiter('_'),
            new Metaspace('▁', Metaspace.Prepend.FIRST, false),
            new PreTokenizerSequence(List.of(new Digits(false), new Whitespace())))) {
      assertEquals(preTokenizer, saved(pipeline(null, preTokenizer, null, null)).preTokenizer());
    }
  }

  @Test
  void everyPostProcessorSurvives() {
    TemplateProcessing template =
        new TemplateProcessing(
            List.of(new TemplateProcessing.Named("<s>", 0), new TemplateProcessing.Sequence(0, 1)),
            List.of(new TemplateProcessing.Sequence(1, 0), new TemplateProcessing.Sequence(0, 3)),
            Map.of("<s>", new TemplateProcessing.Special(List.of(0, 2), List.of("<s>", "</s>"))));
    for (PostProcessor processor :
        List.of(
            new ByteLevelProcessor(true, false, true),
            new RobertaProcessing(E, S, true, false),
            new BertProcessing(E, S),
            template,
            new ProcessorSequence(List.of(new ByteLevelProcessor(true, true, true), template)))) {
      assertEquals(processor, saved(pipeline(null, null, processor, null)).postProcessor());
    }
  }

  @Test
  void everyDecoderSurvives() {
    for (Decoder decoder :
        List.of(
            new ByteLevelDecoder(),
            new BpeDecoder("</w>"),
            new ByteFallbackDecoder(),
            new FuseDecoder(),
            new WordPieceDecoder("##", false),
            new CtcDecoder("<pad>", "|", true),
            new StripDecoder(' ', 1, 2),
            new ReplaceDecoder(new Replace(SearchPattern.literal("▁"), " ")),
            new MetaspaceDecoder(new Metaspace('▁', Metaspace.Prepend.ALWAYS, true)),
            new DecoderSequence(List.of(new FuseDecoder(), new ByteFallbackDecoder())))) {
      assertEquals(decoder, saved(pipeline(null, null, null, decoder)).decoder());
    }
  }

  @Test
  void optionsAndAddedTokensSurvive() {
    Pipeline bpe = Fixtures.BPE.pipeline();
    EncodeOptions options =
        new EncodeOptions(
            true,
            Truncation.to(7).strategy(Truncation.Strategy.ONLY_SECOND).stride(2).side(Side.LEFT),
            new Padding(9, 4, Side.LEFT, 1, 3, "<pad>"));
    List<AddedToken> added =
        List.of(
            new AddedToken("<mask>", false, true, true, false, true),
            new AddedToken("plain", true, false, false, true, false));
    Pipeline read = saved(new Pipeline(added, null, null, bpe.model(), null, null, options));
    assertEquals(options, read.options());
    assertEquals(added, read.addedTokens());
  }

  @Test
  void aSavedTokenizerEncodesAsBefore() {
    for (Tokenizer tokenizer : List.of(Fixtures.GPT2, Fixtures.BPE, Fixtures.BERT)) {
      Path file = folder.resolve("tokenizer.json");
      tokenizer.save(file);
      Tokenizer read = Tokenizer.load(folder);
      assertEquals(tokenizer.vocabSize(), read.vocabSize());
      for (JsonNode line : Fixtures.lines("bpe/encode.jsonl")) {
        Encoding before = tokenizer.encode(line.get("text").stringValue());
        Encoding after = read.encode(line.get("text").stringValue());
        assertArrayEquals(before.ids(), after.ids());
        assertArrayEquals(before.offsets(), after.offsets());
        assertEquals(before.tokens(), after.tokens());
      }
    }
  }

  @Test
  void whatCannotBeWrittenIsAnError() {
    assertThrows(
        TokenizerException.class, () -> Fixtures.BPE.save(folder.resolve("none/tokenizer.json")));
  }
}
