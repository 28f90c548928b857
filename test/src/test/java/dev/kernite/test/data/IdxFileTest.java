package dev.kernite.test.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.kernite.engine.Shape;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.IdxFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * IDX files are read as written; damage of every kind ends in a {@link ModelException} of one line,
 * and no more memory is taken than what the file holds justifies.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class IdxFileTest {
  private static final byte[] PLAIN = IdxBytes.counting(3, 4, 5);
  private static final byte[] ZIPPED = IdxBytes.gzip(PLAIN);
  private static final int HEADER_BYTES = 4 + 3 * 4;

  /** What a new arena may give without a word: the buffer that unpacking begins with. */
  private static final long FIRST_BUFFER = 1 << 20;

  @TempDir private Path folder;

  @Test
  void plainAndGzippedFilesHoldTheSameWhateverTheirNames() throws IOException {
    for (byte[] bytes : new byte[][] {PLAIN, ZIPPED}) {
      for (String name : new String[] {"images", "images.gz"}) {
        try (Arena arena = Arena.ofConfined()) {
          IdxFile file = IdxFile.read(written(name, bytes), arena);
          assertEquals(Shape.of(3, 4, 5), file.shape());
          assertArrayEquals(
              Arrays.copyOfRange(PLAIN, HEADER_BYTES, PLAIN.length),
              file.data().toArray(ValueLayout.JAVA_BYTE));
        }
      }
    }
  }

  @Test
  void moreThanTheFirstBufferIsUnpacked() throws IOException {
    byte[] elements = new byte[5_000_001];
    new Random(3).nextBytes(elements);
    byte[] file = IdxBytes.gzip(IdxBytes.of(0x08, new int[] {elements.length}, elements));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = IdxFile.read(written("large", file), arena).data();
      assertEquals(-1, data.mismatch(MemorySegment.ofArray(elements)));
    }
  }

  @Test
  void noElementsAreNone() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(
          Shape.of(0, 28, 28),
          IdxFile.read(written("none", IdxBytes.counting(0, 28, 28)), arena).shape());
      assertEquals(
          0,
          IdxFile.read(written("zipped", IdxBytes.gzip(IdxBytes.counting(0))), arena)
              .data()
              .byteSize());
    }
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    for (byte[] whole : new byte[][] {PLAIN, ZIPPED, IdxBytes.gzip(IdxBytes.counting(0))}) {
      for (int size = 0; size < whole.length; size++) {
        assertFalse(isRead(Arrays.copyOf(whole, size)), "cut to " + size + " bytes");
      }
    }
  }

  @Test
  void aFileThatGoesOnIsRefused() throws IOException {
    byte[] more = Arrays.copyOf(PLAIN, PLAIN.length + 1);
    assertFalse(isRead(more));
    assertFalse(isRead(IdxBytes.gzip(more)));
  }

  @Test
  void everyBitOfTheHeaderMayBeFlipped() throws IOException {
    for (int at = 0; at < HEADER_BYTES; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bytes = PLAIN.clone();
        bytes[at] ^= (byte) (1 << bit);
        assertFalse(isRead(bytes), "byte " + at + " bit " + bit);
        assertFalse(isRead(IdxBytes.gzip(bytes)), "gzipped, byte " + at + " bit " + bit);
      }
    }
  }

  @Test
  void damageToGzippedElementsIsNoticed() throws IOException {
    byte[] elements = new byte[1000];
    new Random(5).nextBytes(elements);
    byte[] whole = IdxBytes.gzip(IdxBytes.of(0x08, new int[] {1000}, elements));
    for (int at = 30; at < whole.length; at++) {
      byte[] bytes = whole.clone();
      bytes[at] ^= 0x10;
      assertFalse(isRead(bytes), "byte " + at);
    }
  }

  @Test
  void randomDamageIsSurvived() throws IOException {
    Random random = new Random(11);
    for (int round = 0; round < 2000; round++) {
      byte[] bytes = (random.nextBoolean() ? PLAIN : ZIPPED).clone();
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      isRead(bytes);
    }
  }

  @Test
  void hugeClaimsTakeNoMemory() throws IOException {
    int most = -1; // 2^32 - 1
    int[][] claims = {{most}, {most, 28, 28}, {most, most}, {most, most, most}, {1 << 30, 1}};
    for (int[] claim : claims) {
      byte[] bytes = IdxBytes.of(0x08, claim, new byte[100]);
      assertFalse(isRead(bytes));
      assertFalse(isRead(IdxBytes.gzip(bytes)));
    }
    int[] deep = new int[255];
    Arrays.fill(deep, most);
    assertFalse(isRead(IdxBytes.of(0x08, deep, new byte[0])));
    Arrays.fill(deep, 1);
    assertTrue(isRead(IdxBytes.of(0x08, deep, new byte[1])), "255 axes of 1 are one element");
  }

  /** 64 MB of zeros in 64 KB, of which the header claims 100 bytes: only these are unpacked. */
  @Test
  void aBombIsNotUnpackedBeyondItsClaim() throws IOException {
    byte[] bomb = IdxBytes.gzip(IdxBytes.of(0x08, new int[] {100}, new byte[64 << 20]));
    assertTrue(bomb.length < 1 << 17);
    long from = System.nanoTime();
    assertFalse(isRead(bomb));
    assertTrue(System.nanoTime() - from < TimeUnit.SECONDS.toNanos(1), "as if it were unpacked");
  }

  @Test
  void errorsNameTheFileAndTheReason() throws IOException {
    assertRefused("one", IdxBytes.of(0x0D, new int[] {1}, new byte[4]), "32-bit floats (0x0D)");
    assertRefused("two", "PK\3\4 a zip".getBytes(StandardCharsets.US_ASCII), "is no IDX file");
    assertRefused("three", new byte[] {0, 0, 8, 0}, "has no extents");
    assertRefused("four", new byte[] {0, 0}, "ends within its IDX header");
    assertRefused(
        "five",
        Arrays.copyOf(PLAIN, PLAIN.length - 1),
        "says [3, 4, 5], 60 bytes, but it holds only 59");
    assertRefused("six", Arrays.copyOf(PLAIN, PLAIN.length + 7), "60 bytes, but it holds more");
    try (Arena arena = Arena.ofConfined()) {
      assertThrows(ModelException.class, () -> IdxFile.read(folder, arena));
      ModelException missing =
          assertThrows(ModelException.class, () -> IdxFile.read(folder.resolve("missing"), arena));
      assertTrue(missing.getMessage().contains("missing: no such file"), missing.getMessage());
    }
  }

  private void assertRefused(String name, byte[] bytes, String reason) throws IOException {
    Path file = written(name, bytes);
    try (Arena arena = Arena.ofConfined()) {
      ModelException e = assertThrows(ModelException.class, () -> IdxFile.read(file, arena));
      assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
      assertTrue(e.getMessage().contains(reason), e.getMessage());
    }
  }

  private Path written(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  /** Reads the file and, if that works, checks that it keeps the rules; other outcomes fail. */
  private boolean isRead(byte[] bytes) throws IOException {
    Path path = folder.resolve("fuzzed");
    Files.deleteIfExists(path);
    Files.write(path, bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try (CountingArena arena = new CountingArena()) {
      try {
        IdxFile file = IdxFile.read(path, arena);
        assertEquals(file.shape().size(), file.data().byteSize());
        return true;
      } catch (ModelException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        assertTrue(e.getMessage().length() < 4000, e.getMessage());
        return false;
      } finally {
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated <= (1 << 20) + 64L * bytes.length, allocated + " bytes of heap");
        assertTrue(
            arena.allocated <= FIRST_BUFFER + 2L * bytes.length,
            arena.allocated + " bytes off-heap");
      }
    }
  }

  /** Knows what was asked of it. */
  private static final class CountingArena implements Arena {
    private final Arena arena = Arena.ofConfined();
    private long allocated;

    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      allocated += byteSize;
      return arena.allocate(byteSize, byteAlignment);
    }

    @Override
    public MemorySegment.Scope scope() {
      return arena.scope();
    }

    @Override
    public void close() {
      arena.close();
    }
  }
}
