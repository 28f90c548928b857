package dev.kernite.bench.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.kernite.tokenizer.TiktokenEncoding;
import dev.kernite.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Who encodes. Both use the rank files that jtokkit brings along, and no special tokens. */
public enum Library {
  /** This project. */
  KERNITE {
    @Override
    Encoder open(String encoding) {
      Tokenizer tokenizer = tokenizer(encoding);
      return line -> tokenizer.encodeToIds(line, false);
    }
  },
  /** jtokkit, the fastest tokenizer of the JVM that we know. */
  JTOKKIT {
    @Override
    Encoder open(String encoding) {
      Encoding theirs =
          Encodings.newLazyEncodingRegistry()
              .getEncoding(EncodingType.fromName(encoding).orElseThrow());
      return line -> theirs.encodeOrdinary(line).toArray();
    }
  };

  /** Turns a line into ids. */
  @FunctionalInterface
  interface Encoder {
    int[] ids(String line);
  }

  /** Opens an encoding by its name in tiktoken. */
  abstract Encoder open(String encoding);

  private static Tokenizer tokenizer(String encoding) {
    String name = encoding + ".tiktoken";
    try (InputStream in = Encodings.class.getResourceAsStream("/com/knuddels/jtokkit/" + name)) {
      Path file = Files.createTempFile("kernite", name);
      try {
        Files.write(file, in.readAllBytes());
        return Tokenizer.fromTiktoken(file, TiktokenEncoding.of(encoding));
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws if two libraries disagree about a line. */
  static void requireEqual(Corpus corpus, Encoder ours, Encoder theirs) {
    for (String line : corpus.lines()) {
      if (!Arrays.equals(ours.ids(line), theirs.ids(line))) {
        throw new IllegalStateException("the libraries give different ids for: " + line);
      }
    }
  }
}
