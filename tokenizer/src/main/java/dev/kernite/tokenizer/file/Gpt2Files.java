package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.AddedToken;
import dev.kernite.tokenizer.EncodeOptions;
import dev.kernite.tokenizer.Pipeline;
import dev.kernite.tokenizer.Tokenizer;
import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.decoder.ByteLevelDecoder;
import dev.kernite.tokenizer.model.Bpe;
import dev.kernite.tokenizer.model.BpeOptions;
import dev.kernite.tokenizer.model.Merge;
import dev.kernite.tokenizer.model.Vocabulary;
import dev.kernite.tokenizer.pretokenizer.ByteLevel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code vocab.json} with {@code merges.txt}, the files of the GPT-2 release, by its rules: byte
 * level, no prefix space, no special token added, {@code <|endoftext|>} found in the text.
 */
final class Gpt2Files {
  private static final String END_OF_TEXT = "<|endoftext|>";

  private Gpt2Files() {}

  static Tokenizer read(Path vocabularyFile, Path mergesFile) {
    Json json = Json.read(vocabularyFile);
    Vocabulary vocabulary = json.located(() -> new Vocabulary(json.integers()));
    List<Merge> merges = merges(mergesFile);
    Bpe model;
    try {
      model = new Bpe(vocabulary, merges, BpeOptions.NONE);
    } catch (TokenizerException e) {
      throw new TokenizerException(mergesFile + ": " + e.getMessage(), e);
    }
    List<AddedToken> added =
        vocabulary.id(END_OF_TEXT) == Vocabulary.NONE
            ? List.of()
            : List.of(AddedToken.special(END_OF_TEXT));
    return new Tokenizer(
        new Pipeline(
            added,
            null,
            new ByteLevel(false, false, true),
            model,
            null,
            new ByteLevelDecoder(),
            EncodeOptions.PLAIN));
  }

  private static List<Merge> merges(Path file) {
    List<String> lines = Lines.read(file);
    List<Merge> merges = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isEmpty() || line.startsWith("#version")) {
        continue;
      }
      int space = line.indexOf(' ');
      if (space < 0 || line.indexOf(' ', space + 1) >= 0) {
        throw new TokenizerException(
            "%s: line %d is not two tokens with a space between".formatted(file, i + 1));
      }
      merges.add(new Merge(line.substring(0, space), line.substring(space + 1)));
    }
    return merges;
  }
}
