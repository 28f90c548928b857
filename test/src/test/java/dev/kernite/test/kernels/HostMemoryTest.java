package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Memory.Buffer;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuOptions.Twin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The pool behind the CPU backend. */
final class HostMemoryTest {
  private static final CpuOptions OPTIONS =
      CpuOptions.defaults().withTwin(Twin.SCALAR).withThreads(1);

  private static byte[] read(Memory memory, Buffer buffer) {
    byte[] bytes = new byte[(int) buffer.bytes()];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(Math.max(1, bytes.length));
      memory.copyOut(buffer.address(), copy.asSlice(0, bytes.length));
      MemorySegment.copy(copy, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
    }
    return bytes;
  }

  private static void write(Memory memory, Buffer buffer, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      memory.copyIn(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), buffer.address());
    }
  }

  @Test
  void buffersAreAlignedAndDoNotOverlap() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS)) {
      Memory memory = cpu.memory();
      Random random = new Random(1);
      List<Buffer> buffers = new ArrayList<>();
      List<byte[]> contents = new ArrayList<>();
      long inUse = 0;
      for (int i = 0; i < 3000; i++) {
        if (!buffers.isEmpty() && random.nextInt(3) == 0) {
          int at = random.nextInt(buffers.size());
          assertArrayEquals(contents.get(at), read(memory, buffers.get(at)));
          memory.release(buffers.get(at));
          inUse -= buffers.get(at).bytes();
          buffers.remove(at);
          contents.remove(at);
        } else {
          byte[] content = new byte[random.nextInt(1 << random.nextInt(19))];
          random.nextBytes(content);
          Buffer buffer = memory.allocate(content.length);
          assertEquals(0, buffer.address() % 64);
          assertEquals(content.length, buffer.bytes());
          write(memory, buffer, content);
          buffers.add(buffer);
          contents.add(content);
          inUse += content.length;
        }
        assertEquals(inUse, memory.bytesInUse());
        assertTrue(memory.bytesReserved() >= inUse);
      }
    }
  }

  @Test
  void theSameSizesAgainTakeNothingMoreFromTheSystem() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS)) {
      long afterFirst = 0;
      for (int round = 0; round < 50; round++) {
        List<Buffer> buffers = new ArrayList<>();
        for (long bytes : new long[] {0, 1, 64, 65, 1000, 4096, 70_000, 1_000_000, 5_000_001}) {
          buffers.add(cpu.memory().allocate(bytes));
          buffers.add(cpu.memory().allocate(bytes));
        }
        buffers.forEach(cpu.memory()::release);
        if (round == 0) {
          afterFirst = cpu.memory().bytesReserved();
        }
      }
      assertEquals(afterFirst, cpu.memory().bytesReserved());
      assertEquals(0, cpu.memory().bytesInUse());
      cpu.memory().trim();
      assertEquals(0, cpu.memory().bytesReserved());
    }
  }

  @Test
  void trimKeepsWhatIsInUse() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS)) {
      Buffer small = cpu.memory().allocate(100);
      Buffer large = cpu.memory().allocate(10_000_000);
      cpu.memory().release(cpu.memory().allocate(20_000_000));
      write(cpu.memory(), small, new byte[] {1, 2, 3});
      cpu.memory().trim();
      assertTrue(cpu.memory().bytesReserved() < 15_000_000);
      assertEquals(3, read(cpu.memory(), small)[2]);
      cpu.memory().zero(large.address(), large.bytes());
      assertEquals(0, read(cpu.memory(), large)[9_999_999]);
    }
  }

  /** Pieces of one region: the pages of some go back to the system, those beside them stay. */
  @Test
  void trimKeepsTheNeighboursOfWhatGoesBack() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS)) {
      Memory memory = cpu.memory();
      Random random = new Random(2);
      List<Buffer> buffers = new ArrayList<>();
      List<byte[]> contents = new ArrayList<>();
      for (int bytes : new int[] {600_001, 70_000, 3_000_001, 600_001, 1_000_003, 7_000_000, 64}) {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        buffers.add(memory.allocate(bytes));
        contents.add(content);
        write(memory, buffers.getLast(), content);
      }
      for (int at : new int[] {1, 1, 2}) { // 70,000, then 3,000,001 and 1,000,003 bytes
        memory.release(buffers.remove(at));
        contents.remove(at);
        memory.trim();
        for (int i = 0; i < buffers.size(); i++) {
          assertArrayEquals(contents.get(i), read(memory, buffers.get(i)));
        }
      }
      buffers.forEach(memory::release);
      memory.trim();
      assertEquals(0, memory.bytesReserved());
    }
  }

  @Test
  void runningOutSaysWhatWasAskedAndWhatToChange() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS.withMemoryLimit(16 << 20))) {
      Buffer held = cpu.memory().allocate(8 << 20);
      KernelException e =
          assertThrows(KernelException.class, () -> cpu.memory().allocate(12 << 20));
      for (String part : new String[] {"12.0 MiB", "8.0 MiB", "16.0 MiB", "smaller"}) {
        assertTrue(e.getMessage().contains(part), e.getMessage());
      }
      assertThrows(KernelException.class, () -> cpu.memory().allocate(Long.MAX_VALUE));
      assertThrows(KernelException.class, () -> cpu.memory().allocate(-1));
      // What lies idle in the pool makes room for another size.
      cpu.memory().release(held);
      cpu.memory().release(cpu.memory().allocate(12 << 20));
    }
  }

  @Test
  void aBufferIsReleasedOnceAndToItsOwner() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS);
        CpuBackend other = CpuBackend.open(OPTIONS)) {
      for (long bytes : new long[] {10, 10_000_000}) {
        Buffer buffer = cpu.memory().allocate(bytes);
        assertThrows(KernelException.class, () -> other.memory().release(buffer));
        cpu.memory().release(buffer);
        assertThrows(KernelException.class, () -> cpu.memory().release(buffer));
      }
    }
  }

  @Test
  void adoptedMemoryIsUsedInPlaceAndNotFreed() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS);
        Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_BYTE, new byte[] {5, 6, 7});
      Buffer buffer = cpu.memory().adopt(host);
      assertEquals(host.address(), buffer.address());
      cpu.memory().release(buffer);
      assertEquals(6, host.get(ValueLayout.JAVA_BYTE, 1));
      assertEquals(0, cpu.memory().bytesInUse());
      MemorySegment heap = MemorySegment.ofArray(new float[4]);
      assertThrows(KernelException.class, () -> cpu.memory().adopt(heap));
    }
  }

  @Test
  void poisonMakesUnwrittenValuesNaN() {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS.withPoison(true))) {
      for (int bytes : new int[] {64, 4_000_000}) {
        Buffer buffer = cpu.memory().allocate(bytes);
        MemorySegment view = view(buffer);
        for (long i = 0; i < bytes / 4; i++) {
          assertTrue(Float.isNaN(view.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
        }
        view.fill((byte) 0);
        cpu.memory().release(buffer);
        assertTrue(Float.isNaN(view.getAtIndex(ValueLayout.JAVA_FLOAT, 3)));
      }
    }
  }

  @SuppressWarnings("restricted")
  private static MemorySegment view(Buffer buffer) {
    return MemorySegment.ofAddress(buffer.address()).reinterpret(buffer.bytes());
  }

  @Test
  void threadsShareThePool() throws InterruptedException {
    try (CpuBackend cpu = CpuBackend.open(OPTIONS)) {
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        byte mark = (byte) (t + 1);
        threads.add(
            Thread.ofPlatform()
                .uncaughtExceptionHandler((_, e) -> failure.set(e))
                .start(
                    () -> {
                      Random random = new Random(mark);
                      for (int i = 0; i < 2000; i++) {
                        Buffer buffer = cpu.memory().allocate(random.nextInt(100_000) + 1);
                        MemorySegment view = view(buffer);
                        view.fill(mark);
                        Thread.yield();
                        assertEquals(mark, view.get(ValueLayout.JAVA_BYTE, buffer.bytes() - 1));
                        cpu.memory().release(buffer);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(null, failure.get());
      assertEquals(0, cpu.memory().bytesInUse());
    }
  }
}
