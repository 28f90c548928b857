package dev.kernite.models.training;

import dev.kernite.models.ModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A UTF-8 text file cut into a training and a validation part: of blocks of so many bytes every
 * N-th is held out, so that both parts come from all over the file. A cut that would fall inside a
 * character moves to the character's end. The file is mapped, not read; it may be larger than 2
 * GiB.
 */
public final class TextSplit implements AutoCloseable {
  /** Neighbouring blocks are handed out as one text, up to so many bytes. */
  private static final long LONGEST_SPAN = 64 << 20;

  private final Path file;
  private final Arena arena;
  private final MemorySegment bytes;
  private final List<Span> training = new ArrayList<>();
  private final List<Span> validation = new ArrayList<>();

  /**
   * A piece of the file without gaps.
   *
   * @param begin offset of its first byte
   * @param end offset behind its last byte
   */
  public record Span(long begin, long end) {
    /**
     * The length.
     *
     * @return bytes
     */
    public long bytes() {
      return end - begin;
    }
  }

  private TextSplit(Path file, Arena arena, MemorySegment bytes) {
    this.file = file;
    this.arena = arena;
    this.bytes = bytes;
  }

  /**
   * Maps and cuts a file.
   *
   * @param file a UTF-8 text
   * @param blockBytes length of a block, at least 4
   * @param every which block of how many is held out: 20 takes the 20th, the 40th, ...; 0 takes
   *     none
   * @return the parts; a file of fewer than {@code every} blocks has no validation part
   * @throws ModelException if the file cannot be read or is empty
   */
  public static TextSplit open(Path file, long blockBytes, int every) {
    if (blockBytes < 4 || every < 0 || every == 1) {
      throw new ModelException(
          ("cannot hold out one block of %d, of %d bytes each: hold out 0 or 1 of at least 2"
                  + " blocks, of at least 4 bytes")
              .formatted(every, blockBytes));
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() == 0) {
        throw new ModelException(file + ": is empty; give a text to train on");
      }
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      TextSplit split = new TextSplit(file, arena, bytes);
      split.cut(blockBytes, every);
      return split;
    } catch (NoSuchFileException e) {
      arena.close();
      throw new ModelException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      arena.close();
      throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private void cut(long blockBytes, int every) {
    long block = 0;
    for (long nominal = 0; nominal < bytes.byteSize(); nominal += blockBytes) {
      Span span = new Span(characterEnd(nominal), characterEnd(nominal + blockBytes));
      block++;
      add(every != 0 && block % every == 0 ? validation : training, span);
    }
  }

  private static void add(List<Span> part, Span span) {
    if (span.bytes() == 0) {
      return; // the rest of the file was the end of a character
    }
    Span last = part.isEmpty() ? null : part.getLast();
    if (last != null && last.end == span.begin && last.bytes() + span.bytes() <= LONGEST_SPAN) {
      part.set(part.size() - 1, new Span(last.begin, span.end));
    } else {
      part.add(span);
    }
  }

  /** The first offset from here on where no character is cut: at most three bytes on. */
  private long characterEnd(long offset) {
    long at = Math.min(offset, bytes.byteSize());
    while (at < bytes.byteSize()
        && at < offset + 3
        && (bytes.get(ValueLayout.JAVA_BYTE, at) & 0xC0) == 0x80) {
      at++;
    }
    return at;
  }

  /**
   * The part to learn from.
   *
   * @return its pieces in file order; between two of them lies text that is held out
   */
  public List<Span> training() {
    return List.copyOf(training);
  }

  /**
   * The part held out.
   *
   * @return its pieces in file order
   */
  public List<Span> validation() {
    return List.copyOf(validation);
  }

  /**
   * Decodes a piece.
   *
   * @param span a piece of this file
   * @return its text
   * @throws ModelException if it is not valid UTF-8
   */
  public String text(Span span) {
    MemorySegment piece = bytes.asSlice(span.begin, span.bytes());
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(piece.asByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new ModelException(
          "%s: is not valid UTF-8 between bytes %d and %d; convert the text to UTF-8"
              .formatted(file, span.begin, span.end),
          e);
    }
  }

  /** Unmaps the file. Closing again does nothing. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
