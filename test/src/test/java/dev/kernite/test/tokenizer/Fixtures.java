package dev.kernite.test.tokenizer;

import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The reference results of fixtures/tokenizers; how they were made is in the README there. */
final class Fixtures {
  static final JsonMapper JSON = JsonMapper.shared();
  static final Tokenizer GPT2 = Tokenizer.load(folder("gpt2"));
  static final Tokenizer BPE = Tokenizer.load(folder("bpe"));
  static final Tokenizer UNIGRAM = Tokenizer.load(folder("unigram"));
  static final Tokenizer BERT = Tokenizer.load(folder("bert"));

  private Fixtures() {}

  static Path folder(String name) {
    try {
      return Path.of(Fixtures.class.getResource("/fixtures/tokenizers/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The tokenizer of a folder. */
  static Tokenizer tokenizer(String folder) {
    return switch (folder) {
      case "gpt2" -> GPT2;
      case "bpe" -> BPE;
      case "bert" -> BERT;
      case "unigram" -> UNIGRAM;
      default -> throw new IllegalArgumentException(folder);
    };
  }

  /** The lines of a fixture file; there is at least one. */
  static List<JsonNode> lines(String file) {
    try {
      List<JsonNode> lines =
          Files.readAllLines(folder(file)).stream()
              .filter(line -> !line.isBlank())
              .map(JSON::readTree)
              .toList();
      if (lines.isEmpty()) {
        throw new IllegalStateException("no line in " + file);
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).intValue();
    }
    return values;
  }
}
