package dev.kernite.models.data;

import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.FileErrors;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.GZIPInputStream;

/**
 * An IDX file of unsigned bytes, the format MNIST is published in (LeCun, Cortes and Burges):
 *
 * <pre>
 * | 0 | 0 | type: u8, 0x08 | rank: u8 | extents: u32 each, big-endian | elements, row-major |
 * </pre>
 *
 * <p>A plain file is mapped, a gzipped one inflated to off-heap memory; which one it is tells its
 * content, not its name. The file must hold what its header says, no less and no more, and a plain
 * one must not be cut short while it is in use.
 *
 * @param name what it is called in errors
 * @param shape extents, outermost first
 * @param data the elements, one byte each; lives as long as the arena given to {@link #read}
 */
public record IdxFile(String name, Shape shape, MemorySegment data) {
  private static final int GZIP_FIRST = 0x1f;
  private static final int GZIP_SECOND = 0x8b;

  /**
   * Reads a file.
   *
   * @param arena owns the elements
   * @throws ModelException if the file cannot be read or is no IDX file of unsigned bytes
   */
  public static IdxFile read(Path file, Arena arena) {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new ModelException(file + ": is not a file; give an IDX file");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      PushbackInputStream bytes = rewindable(Channels.newInputStream(channel));
      if (isGzip(bytes)) {
        return inflate(file.toString(), bytes, arena);
      }
      IdxHeader header = IdxHeader.read(file.toString(), bytes);
      header.requireElements(channel.size() - header.bytes());
      MemorySegment data =
          channel.map(FileChannel.MapMode.READ_ONLY, header.bytes(), header.shape().size(), arena);
      return new IdxFile(file.toString(), header.shape(), data);
    } catch (NoSuchFileException e) {
      throw new ModelException(file + ": no such file; check the path", e);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /**
   * Reads a gzipped file from a stream, to its end.
   *
   * @param name what it is called in errors
   * @param arena owns the elements
   * @throws ModelException if it cannot be read or is no gzipped IDX file of unsigned bytes
   */
  public static IdxFile readGzip(String name, InputStream in, Arena arena) {
    try {
      return inflate(name, in, arena);
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static PushbackInputStream rewindable(InputStream in) {
    return new PushbackInputStream(new BufferedInputStream(in), 2);
  }

  private static boolean isGzip(PushbackInputStream in) throws IOException {
    byte[] start = in.readNBytes(2);
    in.unread(start);
    return start.length == 2 && (start[0] & 0xff) == GZIP_FIRST && (start[1] & 0xff) == GZIP_SECOND;
  }

  private static IdxFile inflate(String name, InputStream gzip, Arena arena) throws IOException {
    try (InputStream in = new GZIPInputStream(gzip, 1 << 16)) {
      IdxHeader header = IdxHeader.read(name, in);
      InflatedBytes elements = InflatedBytes.read(in, header.shape().size(), arena);
      header.requireElements(elements.count());
      return new IdxFile(name, header.shape(), elements.data());
    }
  }

  private static ModelException unreadable(String name, IOException e) {
    return new ModelException(
        "%s: cannot be read (%s); check that it is whole and may be read"
            .formatted(name, FileErrors.reason(e)),
        e);
  }
}
