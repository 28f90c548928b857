package dev.kernite.tokenizer.train;

import dev.kernite.tokenizer.TokenizerException;
import dev.kernite.tokenizer.text.CodePoints;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads a text file in pieces of about a megabyte that can be cut into words one by one: a piece
 * ends with a single line break between two lines, where GPT-2 always ends a word. Bytes that are
 * not UTF-8 become U+FFFD.
 */
public final class TextChunks {
  private static final int USUAL = 1 << 20;
  private static final int LARGEST = 1 << 24; // a text without line breaks is cut anywhere

  private TextChunks() {}

  /**
   * Returns the pieces of a file; the stream is to be closed.
   *
   * @throws TokenizerException if the file cannot be opened, and later if it cannot be read
   */
  public static Stream<String> of(Path file) {
    Reader reader;
    try {
      // A decoder from a charset, unlike one from newDecoder, replaces what is malformed.
      reader = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new TokenizerException("%s: cannot be read: %s".formatted(file, e), e);
    }
    Iterator<String> chunks = new Chunks(reader, file);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(chunks, Spliterator.ORDERED), false)
        .onClose(() -> close(reader));
  }

  private static void close(Reader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The pieces, one after the other. */
  private static final class Chunks implements Iterator<String> {
    private final Reader reader;
    private final Path file;
    private final StringBuilder read = new StringBuilder();
    private final char[] buffer = new char[1 << 16];
    private boolean ended;

    Chunks(Reader reader, Path file) {
      this.reader = reader;
      this.file = file;
    }

    @Override
    public boolean hasNext() {
      fill(1);
      return read.length() > 0;
    }

    @Override
    public String next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      int end = 0;
      for (int wanted = USUAL; end == 0; wanted *= 2) {
        fill(wanted);
        end = ended ? read.length() : lastCut();
        if (end == 0 && wanted >= LARGEST) {
          end = read.length();
        }
      }
      String chunk = read.substring(0, end);
      read.delete(0, end);
      return chunk;
    }

    private void fill(int wanted) {
      try {
        while (!ended && read.length() < wanted) {
          int n = reader.read(buffer);
          if (n < 0) {
            ended = true;
          } else {
            read.append(buffer, 0, n);
          }
        }
      } catch (IOException e) {
        throw new TokenizerException("%s: cannot be read: %s".formatted(file, e), e);
      }
    }

    /** Returns the last place after a line break that has no other space beside it, or 0. */
    private int lastCut() {
      for (int i = read.length() - 2; i > 0; i--) {
        if (read.charAt(i) == '\n'
            && !CodePoints.isWhitespace(read.charAt(i - 1))
            && !CodePoints.isWhitespace(read.charAt(i + 1))) {
          return i + 1;
        }
      }
      return 0;
    }
  }
}
