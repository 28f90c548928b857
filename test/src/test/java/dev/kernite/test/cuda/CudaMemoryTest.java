package dev.kernite.test.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.test.devices.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Device memory: the pool, the copies in slices, and what happens when it runs out. */
@Tag("cuda")
final class CudaMemoryTest {
  /** Slices of the copies are 4 MiB: sizes around their edges, and none. */
  private static final int[] SIZES = {
    0, 1, 3, 4096, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, 13 << 20
  };

  private final Backend backend = Device.any().open(1, false);
  private final Memory memory = backend.memory();

  @AfterEach
  void close() {
    backend.close();
  }

  private static byte[] random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(bytes).nextBytes(content);
    return content;
  }

  private byte[] read(long address, int bytes) {
    byte[] content = new byte[bytes];
    memory.copyOut(address, MemorySegment.ofArray(content));
    return content;
  }

  @Test
  void everySizeComesBackAsItWentIn() {
    for (int bytes : SIZES) {
      byte[] content = random(bytes);
      Buffer buffer = memory.allocate(bytes + 1);
      memory.copyIn(MemorySegment.ofArray(content), buffer.address());
      assertArrayEquals(content, read(buffer.address(), bytes), bytes + " bytes");
      memory.copyIn(MemorySegment.ofArray(content), buffer.address() + 1); // unaligned
      assertArrayEquals(content, read(buffer.address() + 1, bytes), bytes + " bytes, unaligned");
      memory.release(buffer);
    }
  }

  /** Longer than an int can count, in the copies and in the fill. */
  @Test
  @Tag("slow")
  void moreThanTwoGibibytesComeBackAsTheyWentIn() {
    long bytes = (2L << 30) + (4 << 20) + 24;
    Buffer buffer = memory.allocate(bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocate(bytes, Long.BYTES);
      for (long i = 0; i < bytes / Long.BYTES; i++) {
        host.setAtIndex(ValueLayout.JAVA_LONG, i, i * 0x9E3779B97F4A7C15L);
      }
      memory.copyIn(host, buffer.address());
      host.fill((byte) 0);
      memory.copyOut(buffer.address(), host);
      for (long i = 0; i < bytes / Long.BYTES; i++) {
        long value = host.getAtIndex(ValueLayout.JAVA_LONG, i);
        if (value != i * 0x9E3779B97F4A7C15L) {
          throw new AssertionError("word %d came back as %x".formatted(i, value));
        }
      }
      memory.zero(buffer.address(), bytes);
      memory.copyOut(buffer.address(), host);
      for (long i = 0; i < bytes / Long.BYTES; i++) {
        if (host.getAtIndex(ValueLayout.JAVA_LONG, i) != 0) {
          throw new AssertionError("word %d was not zeroed".formatted(i));
        }
      }
    } finally {
      memory.release(buffer);
    }
  }

  @Test
  void theSourceMayChangeOnceItIsCopied() {
    byte[] content = random(9 << 20);
    byte[] before = content.clone();
    Buffer buffer = memory.allocate(content.length);
    memory.copyIn(MemorySegment.ofArray(content), buffer.address());
    java.util.Arrays.fill(content, (byte) 0);
    memory.copyIn(MemorySegment.ofArray(random(100)), memory.allocate(100).address());
    assertArrayEquals(before, read(buffer.address(), before.length));
    memory.release(buffer);
  }

  @Test
  void copiesAndZerosStayInTheirRange() {
    byte[] content = random(1000);
    Buffer a = memory.allocate(1000);
    Buffer b = memory.allocate(1000);
    memory.copyIn(MemorySegment.ofArray(content), a.address());
    memory.copyIn(MemorySegment.ofArray(content), b.address());
    memory.zero(a.address() + 3, 7);
    memory.copy(a.address() + 1, b.address() + 501, 11);
    memory.zero(b.address(), 0);
    memory.copy(a.address(), b.address(), 0);
    byte[] zeroed = content.clone();
    java.util.Arrays.fill(zeroed, 3, 10, (byte) 0);
    byte[] copied = content.clone();
    System.arraycopy(zeroed, 1, copied, 501, 11);
    assertArrayEquals(zeroed, read(a.address(), 1000));
    assertArrayEquals(copied, read(b.address(), 1000));
    memory.release(a);
    memory.release(b);
  }

  @Test
  void adoptedMemoryIsACopyThatIsFreed() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_BYTE, random(5000));
      Buffer buffer = memory.adopt(host);
      assertNotEquals(host.address(), buffer.address());
      assertEquals(5000, memory.bytesInUse());
      host.fill((byte) 0);
      assertArrayEquals(random(5000), read(buffer.address(), 5000));
      memory.release(buffer);
      assertEquals(0, memory.bytesInUse());
    }
  }

  @Test
  void theSameSizesAgainTakeNothingMoreFromTheDriver() {
    long first = 0;
    for (int round = 0; round < 20; round++) {
      List<Buffer> buffers = new ArrayList<>();
      for (long bytes : new long[] {0, 1, 64, 65, 4096, 70_000, 5_000_001}) {
        buffers.add(memory.allocate(bytes));
      }
      buffers.forEach(memory::release);
      first = round == 0 ? memory.bytesReserved() : first;
    }
    assertEquals(first, memory.bytesReserved());
    assertEquals(0, memory.bytesInUse());
    memory.trim();
    assertEquals(0, memory.bytesReserved());
  }

  @Test
  void runningOutSaysWhatWasAskedAndWhatToChange() {
    Buffer held = memory.allocate(3 << 20);
    long limit = memory.bytesLimit();
    KernelException e = assertThrows(KernelException.class, () -> memory.allocate(limit));
    for (String part : new String[] {"out of device memory", "3.0 MiB in use", "smaller batch"}) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    memory.release(memory.allocate(1000)); // and goes on
    memory.release(held);
  }

  @Test
  void aBufferIsReleasedOnceAndToItsOwner() {
    Buffer buffer = memory.allocate(10);
    memory.release(buffer);
    assertThrows(KernelException.class, () -> memory.release(buffer));
    assertThrows(KernelException.class, () -> memory.allocate(-1));
  }
}
