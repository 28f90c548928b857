package dev.kernite.test.checkpoint;

import static dev.kernite.test.checkpoint.Containers.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * Damage of every kind ends in a {@link ModelException} of one line or in a file that keeps the
 * rules: nothing else is thrown, and no more memory is taken than a small multiple of the file.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SafetensorsFuzzTest {
  private static final String HEADER =
      "{\"__metadata__\":{\"format\":\"pt\"},"
          + entry("a.weight", "F32", "[2,3]", "[0,24]")
          + ","
          + entry("b", "BF16", "[]", "[24,26]")
          + ","
          + entry("c", "I64", "[0,7]", "[26,26]")
          + ","
          + entry("mask", "BOOL", "[3]", "[26,29]")
          + "} ";

  private static final byte[] VALID = Containers.file(HEADER, 29);
  private static final int HEADER_END = 8 + HEADER.length();

  @TempDir Path folder;

  @Test
  void theUndamagedFileIsRead() throws IOException {
    assertTrue(isRead(VALID));
  }

  @Test
  void aFileCutAnywhereIsRefused() throws IOException {
    for (int size = 0; size < VALID.length; size++) {
      byte[] cut = Arrays.copyOf(VALID, size);
      assertFalse(isRead(cut), "cut to " + size + " bytes");
    }
  }

  @Test
  void aFileWithAByteMoreIsRefused() throws IOException {
    assertFalse(isRead(Arrays.copyOf(VALID, VALID.length + 1)));
  }

  @Test
  void everyHeaderByteMayBeDamaged() throws IOException {
    byte[] replacements = "\0\t \"{}[],:0189-.eEnx\\\u007f".getBytes(StandardCharsets.UTF_8);
    int read = 0;
    for (int at = 0; at < HEADER_END; at++) {
      byte[] bytes = VALID.clone();
      for (int bit = 0; bit < 8; bit++) {
        bytes[at] = (byte) (VALID[at] ^ 1 << bit);
        read += isRead(bytes) ? 1 : 0;
      }
      for (byte replacement : replacements) {
        bytes[at] = replacement;
        read += isRead(bytes) ? 1 : 0;
      }
      bytes[at] = (byte) 0xff;
      assertFalse(isRead(bytes), "0xff at " + at);
    }
    assertTrue(read > HEADER_END, "damage to names leaves the file readable");
  }

  @Test
  void theHeaderLengthMayBeAnything() throws IOException {
    for (long length = -2; length <= VALID.length + 2; length++) {
      assertEquals(length == HEADER.length(), isRead(withLength(length)), "length " + length);
    }
    for (int bit = 0; bit < 64; bit++) {
      assertFalse(isRead(withLength(HEADER.length() ^ 1L << bit)), "bit " + bit);
    }
    assertFalse(isRead(withLength(Long.MAX_VALUE)));
    assertFalse(isRead(withLength(Long.MIN_VALUE)));
    assertFalse(isRead(withLength(100_000_001)));
  }

  private static byte[] withLength(long length) {
    byte[] bytes = VALID.clone();
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
    return bytes;
  }

  @Test
  void everyNumberMayBeAnyOther() throws IOException {
    String[] numbers = {
      "0",
      "1",
      "2",
      "24",
      "25",
      "26",
      "29",
      "30",
      "-1",
      "1.5",
      "1e1",
      "null",
      "[]",
      "4294967296",
      "2147483648",
      "9223372036854775807",
      "9223372036854775808",
      "18446744073709551615",
      "1" + "0".repeat(500)
    };
    for (int at = HEADER.indexOf("a.weight"); at < HEADER.length(); at++) {
      if (!Character.isDigit(HEADER.charAt(at)) || Character.isDigit(HEADER.charAt(at - 1))) {
        continue;
      }
      int end = at;
      while (Character.isDigit(HEADER.charAt(end))) {
        end++;
      }
      for (String number : numbers) {
        isRead(Containers.file(HEADER.substring(0, at) + number + HEADER.substring(end), 29));
      }
    }
  }

  @Test
  void randomDamageIsSurvived() throws IOException {
    Random random = new Random(11);
    byte[][] tokens = {
      "\"a.weight\"".getBytes(StandardCharsets.UTF_8),
      "\"__metadata__\":".getBytes(StandardCharsets.UTF_8),
      "[0,24]".getBytes(StandardCharsets.UTF_8),
      "{\"dtype\":\"F32\",\"shape\":[".getBytes(StandardCharsets.UTF_8),
      "\"\\ud800\"".getBytes(StandardCharsets.UTF_8),
      "9223372036854775807".getBytes(StandardCharsets.UTF_8),
      "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[".getBytes(StandardCharsets.UTF_8),
    };
    for (int round = 0; round < 3000; round++) {
      byte[] header = HEADER.getBytes(StandardCharsets.UTF_8);
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        byte[] token = tokens[random.nextInt(tokens.length)];
        int at = random.nextInt(header.length);
        if (random.nextBoolean()) {
          header[at] = (byte) random.nextInt(256);
        } else {
          System.arraycopy(token, 0, header, at, Math.min(token.length, header.length - at));
        }
      }
      isRead(Containers.file(header, 29));
    }
  }

  @Test
  void manyTensorsTakeLinearTime() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 100_000; i++) {
      header.append(i == 0 ? "" : ",").append(entry("t" + i, "U8", "[0]", "[0,0]"));
    }
    assertTrue(isRead(Containers.file(header.append('}').toString(), 0)));
  }

  /** Names that all have the same hash code, as an attacker would choose them. */
  @Test
  void collidingNamesTakeNoQuadraticTime() throws IOException {
    StringBuilder header = new StringBuilder("{");
    for (int i = 0; i < 1 << 15; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = 0; bit < 15; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      header.append(i == 0 ? "" : ",").append(entry(name.toString(), "U8", "[0]", "[0,0]"));
    }
    assertTrue(isRead(Containers.file(header.append('}').toString(), 0)));
  }

  @Test
  void aHeaderOfOneLongNameIsBounded() throws IOException {
    String name = "n".repeat(4 << 20);
    isRead(Containers.file("{" + entry(name, "U8", "[0]", "[0,0]") + "}", 0));
    isRead(Containers.file("{\"__metadata__\":{\"k\":\"" + name + "\"}}", 0));
    isRead(Containers.file("{" + "\n".repeat(4 << 20), 0));
  }

  /** Opens the file and, if that works, checks that it keeps the rules; any other outcome fails. */
  private boolean isRead(byte[] bytes) throws IOException {
    Path path = folder.resolve("fuzzed.safetensors");
    Files.deleteIfExists(
        path); // ext4 forces a file to disk that is cut to nothing and written again
    Files.write(path, bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    try (Safetensors file = Safetensors.open(path)) {
      long total = 0;
      for (TensorInfo info : file.tensors()) {
        total += info.byteSize();
        byte[] data = file.tensor(info.name()).data().toArray(ValueLayout.JAVA_BYTE);
        assertEquals(info.byteSize(), data.length);
      }
      assertTrue(total <= bytes.length);
      return true;
    } catch (ModelException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().length() < 1000, e.getMessage());
      return false;
    } finally {
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      long justified = (1 << 20) + 64L * bytes.length;
      assertTrue(allocated <= justified, allocated + " bytes allocated for " + bytes.length);
    }
  }
}
