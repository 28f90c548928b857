package dev.kernite.test.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is there whole or not at all, whatever goes wrong while it is written. */
class AtomicFilesTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeTheOldFile() {
    file = folder.resolve("result.txt");
    AtomicFiles.write(file, "old");
  }

  @Test
  void aFileIsReplaced() throws IOException {
    AtomicFiles.write(file, "new é");
    assertEquals("new é", Files.readString(file));
    assertEquals(List.of(file), entries());
  }

  @Test
  void aRelativePathInTheCurrentFolderIsWritten() throws IOException {
    Path relative = Path.of("atomic-files-test.tmp-result");
    try {
      AtomicFiles.write(relative, "here");
      assertEquals("here", Files.readString(relative));
    } finally {
      Files.deleteIfExists(relative);
    }
  }

  @Test
  void aFullDiskLeavesTheOldFile() throws IOException {
    ModelException e =
        assertThrows(
            ModelException.class,
            () ->
                AtomicFiles.write(
                    file,
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[100_000]));
                      throw new IOException("No space left on device");
                    }));
    assertTrue(
        e.getMessage().startsWith(file + ": cannot be written (No space left on device)"),
        e.getMessage());
    assertTheOldFileAlone();
  }

  @Test
  void anyFailureOfTheContentLeavesTheOldFileAndPasses() throws IOException {
    for (Throwable failure :
        List.of(new IllegalStateException("bug"), new ModelException("no"), new Error("worse"))) {
      Throwable thrown =
          assertThrows(
              Throwable.class,
              () ->
                  AtomicFiles.write(
                      file,
                      channel -> {
                        channel.write(ByteBuffer.wrap(new byte[10]));
                        AtomicFilesTest.<RuntimeException>raise(failure);
                      }));
      assertSame(failure, thrown);
      assertTheOldFileAlone();
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void raise(Throwable t) throws T {
    throw (T) t;
  }

  @Test
  void anUnusableFolderIsNamed() throws IOException {
    assertUnwritable(folder.resolve("absent/x.txt"), "no such file or folder");
    assertUnwritable(file.resolve("x.txt"), "Not a directory");
    ModelException e = assertThrows(ModelException.class, () -> AtomicFiles.write(folder, "x"));
    assertEquals(folder + ": is a folder; name a file to write", e.getMessage());
    assertTheOldFileAlone();
  }

  @Test
  void aReadOnlyFolderIsNamedAndItsFileIntact() throws IOException {
    assertTrue(folder.toFile().setWritable(false));
    try {
      Assumptions.assumeFalse(Files.isWritable(folder), "this user may write everywhere");
      assertUnwritable(file, "permission denied");
    } finally {
      assertTrue(folder.toFile().setWritable(true));
    }
    assertTheOldFileAlone();
  }

  @Test
  void aSymbolicLinkKeepsItsPlace() throws IOException {
    Path link = folder.resolve("link.txt");
    Files.createSymbolicLink(link, file);
    AtomicFiles.write(link, "through the link");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("through the link", Files.readString(file));
  }

  @Test
  void whatAKilledWriterLeftIsRemovedButNotALiveOnes() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    Path dead = Files.createFile(folder.resolve(".result.txt." + ended.pid() + ".x.tmp"));
    Path live =
        Files.createFile(folder.resolve(".result.txt." + ProcessHandle.current().pid() + ".x.tmp"));
    Path other = Files.createFile(folder.resolve(".result.txt.notes.tmp"));
    AtomicFiles.write(file, "new");
    assertFalse(Files.exists(dead));
    assertTrue(Files.exists(live) && Files.exists(other));
  }

  /** {@code kill -9} at random moments of a process that does nothing but replace one file. */
  @Test
  void aKilledWriterLeavesOneWholeFile() throws Exception {
    Path victim = folder.resolve("victim.bin");
    Random random = new Random(7);
    for (int round = 0; round < 5; round++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Rewriter.class.getName(),
                  victim.toString())
              .inheritIO()
              .start();
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (!Files.exists(victim) && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
      Thread.sleep(random.nextInt(150));
      assertTrue(writer.isAlive(), "the writer must still be writing when it is killed");
      writer.destroyForcibly().waitFor();
      byte[] bytes = Files.readAllBytes(victim);
      byte[] whole = new byte[Rewriter.SIZE];
      Arrays.fill(whole, bytes[0]);
      assertEquals(-1, Arrays.mismatch(whole, bytes), "a torn file");
    }
    AtomicFiles.write(victim, "tidied");
    assertEquals(List.of(file, victim), entries());
  }

  /** Replaces a file for ever by 8 MiB of one value, then of the next. */
  static final class Rewriter {
    static final int SIZE = 8 << 20;

    private Rewriter() {}

    public static void main(String[] args) {
      byte[] bytes = new byte[SIZE];
      for (byte value = 0; ; value++) {
        Arrays.fill(bytes, value);
        AtomicFiles.write(Path.of(args[0]), bytes);
      }
    }
  }

  private static void assertUnwritable(Path path, String why) {
    ModelException e = assertThrows(ModelException.class, () -> AtomicFiles.write(path, "x"));
    assertTrue(
        e.getMessage().startsWith(path + ": cannot be written (" + why + ")"), e.getMessage());
  }

  private void assertTheOldFileAlone() throws IOException {
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), entries());
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }
}
