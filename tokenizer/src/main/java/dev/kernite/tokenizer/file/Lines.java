package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file of lines in UTF-8. */
final class Lines {
  private Lines() {}

  static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw new TokenizerException(file + ": not UTF-8", e);
    } catch (IOException e) {
      throw new TokenizerException("%s: cannot be read: %s".formatted(file, e), e);
    }
  }

  static TokenizerException error(Path file, String what) {
    return new TokenizerException(file + ": " + what);
  }
}
