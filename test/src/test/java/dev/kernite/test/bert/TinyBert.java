package dev.kernite.test.bert;

import dev.kernite.test.models.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A fixture's weights with a vocabulary of words beside them: a whole model in a folder. */
public final class TinyBert {
  private static final List<String> WORDS =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "the", "cat", "dog", "sleeps", "runs",
          "fast", ".", ",", "##s", "and", "on", "mat");

  private TinyBert() {}

  /** Makes the folder from a fixture with room for the words. */
  public static Path in(Path folder, String fixture, int vocabulary) throws IOException {
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(Reference.path(fixture).resolve(file), folder.resolve(file));
    }
    List<String> lines = new ArrayList<>(WORDS);
    while (lines.size() < vocabulary) {
      lines.add("word" + lines.size());
    }
    Files.write(folder.resolve("vocab.txt"), lines);
    return folder;
  }
}
