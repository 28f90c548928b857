package dev.kernite.kernels.cuda.driver;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Looks at a shared library before the system loads it: one that was cut off, by a full disk say,
 * is mapped past its end, and the loader's first access there ends the process.
 */
final class LibraryFile {
  /** Where the system's loader and NVIDIA's packages have libraries. */
  private static final List<String> FOLDERS =
      List.of(
          "/lib/x86_64-linux-gnu",
          "/usr/lib/x86_64-linux-gnu",
          "/lib64",
          "/usr/lib64",
          "/lib",
          "/usr/lib",
          "/usr/lib/wsl/lib",
          "/usr/local/nvidia/lib64");

  // ELF-64 object file format: the file header and the program headers.
  private static final int MAGIC = 0x464c457f; // "\177ELF", little-endian
  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_OFFSET = 32;
  private static final int PROGRAM_SIZE = 54;
  private static final int PROGRAM_COUNT = 56;
  private static final int SEGMENT_BYTES = 56;
  private static final int SEGMENT_OFFSET = 8;
  private static final int SEGMENT_FILE_BYTES = 32;
  private static final int LOADED = 1; // PT_LOAD

  private LibraryFile() {}

  /** The file that a name most likely stands for; empty if it is in none of the usual places. */
  static Optional<Path> find(String name) {
    String first = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    return Stream.concat(Stream.of(first.split(File.pathSeparator)), FOLDERS.stream())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** How many bytes a library lacks; 0 if it is whole, or no library at all. */
  static long missingBytes(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      ByteBuffer header = read(channel, 0, HEADER_BYTES);
      if (header.remaining() < HEADER_BYTES || header.getInt(0) != MAGIC) {
        return 0;
      }
      int size = header.getShort(PROGRAM_SIZE);
      int count = header.getShort(PROGRAM_COUNT);
      long end = header.getLong(PROGRAM_OFFSET) + (long) size * count;
      ByteBuffer segments = read(channel, header.getLong(PROGRAM_OFFSET), size * count);
      for (int at = 0; at + SEGMENT_BYTES <= segments.remaining(); at += size) {
        if (segments.getInt(at) == LOADED) {
          long from = segments.getLong(at + SEGMENT_OFFSET);
          end = Math.max(end, from + segments.getLong(at + SEGMENT_FILE_BYTES));
        }
      }
      return Math.max(0, end - channel.size());
    } catch (IOException e) {
      return 0; // the loader will say more about it
    }
  }

  private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.max(0, bytes)).order(ByteOrder.LITTLE_ENDIAN);
    int read = from < 0 ? 0 : channel.read(buffer, from);
    return buffer.limit(Math.max(0, read)).position(0);
  }
}
