package dev.kernite.tokenizer.file;

import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file of lines in UTF-8. */
final class Lines {
  private Lines() {}

  /** The largest file that is read, in bytes; vocabularies of a million tokens have 50 MB. */
  private static final long LARGEST = 1L << 29;

  static List<String> read(Path file) {
    return read(file, StandardCharsets.UTF_8);
  }

  static List<String> read(Path file, Charset charset) {
    try {
      requireUsualSize(file);
      return Files.readAllLines(file, charset);
    } catch (CharacterCodingException e) {
      throw new TokenizerException(file + ": not UTF-8", e);
    } catch (IOException e) {
      throw new TokenizerException("%s: cannot be read: %s".formatted(file, e), e);
    }
  }

  /** Refuses a file so large that reading it would only take time and memory. */
  static void requireUsualSize(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw error(
          file,
          "%d bytes, more than the limit of %d for a vocabulary"
              .formatted(Files.size(file), LARGEST));
    }
  }

  static TokenizerException error(Path file, String what) {
    return new TokenizerException(file + ": " + what);
  }
}
