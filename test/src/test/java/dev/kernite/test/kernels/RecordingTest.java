package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kernite.kernels.Backend;
import dev.kernite.kernels.Memory;
import dev.kernite.kernels.Recording;
import dev.kernite.kernels.UnaryFunction;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Work that is recorded once and run again with other contents of the same memory. */
@Tag("device")
@Tag("schedule")
final class RecordingTest {
  private static final int N = 1000;
  private static final int RUNS = 5;
  private static final String GRAPHS = "kernite.cuda.graphs";

  /** The first run is plain, the second is recorded, none after that runs the body. */
  private static int bodiesRun(Backend device, int runs) {
    return device.name().equals("cpu") ? runs : 2;
  }

  /** {@code y = (x^2)^2}, through memory that the body allocates. */
  private static void fourthPower(Backend device, long x, long y) {
    Memory.Buffer between = device.memory().allocate(4 * N);
    device.elementwise().unary(UnaryFunction.SQUARE, x, between.address(), N, 0, 0);
    device.elementwise().unary(UnaryFunction.SQUARE, between.address(), y, N, 0, 0);
    device.memory().release(between);
  }

  private static float[] filled(float value) {
    float[] values = new float[N];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void eachRunSeesWhatTheMemoryHoldsThen() {
    for (Backend device : Backends.tested()) {
      AtomicInteger bodies = new AtomicInteger();
      long inUse = device.memory().bytesInUse();
      try (Buffers b = new Buffers(device)) {
        Buffers.Array x = b.out(N);
        Buffers.Array y = b.out(N);
        Runnable body =
            () -> {
              bodies.incrementAndGet();
              fourthPower(device, x.address(), y.address());
            };
        try (Recording recording = device.record(body)) {
          for (int i = 1; i <= RUNS; i++) {
            x.set(filled(i));
            recording.run();
            assertArrayEquals(filled(i * i * i * i), y.floats(), device.name());
          }
        }
      }
      assertEquals(bodiesRun(device, RUNS), bodies.get(), device.name());
      assertEquals(inUse, device.memory().bytesInUse(), device.name());
    }
  }

  @Test
  void whatTheBodyComputesInIsNobodyElsesLater() {
    for (Backend device : Backends.tested()) {
      try (Buffers b = new Buffers(device)) {
        Buffers.Array x = b.of(filled(2));
        Buffers.Array y = b.out(N);
        try (Recording recording =
            device.record(() -> fourthPower(device, x.address(), y.address()))) {
          recording.run();
          recording.run();
          List<Memory.Buffer> others = new ArrayList<>();
          for (int i = 0; i < 20; i++) { // of just the size that the body allocates
            Memory.Buffer other = device.memory().allocate(4 * N);
            device.memory().copyIn(MemorySegment.ofArray(filled(7)), other.address());
            others.add(other);
          }
          recording.run();
          for (Memory.Buffer other : others) {
            float[] values = new float[N];
            device.memory().copyOut(other.address(), MemorySegment.ofArray(values));
            assertArrayEquals(filled(7), values, device.name());
            device.memory().release(other);
          }
          assertArrayEquals(filled(16), y.floats(), device.name());
        }
      }
    }
  }

  @Test
  void workThatCannotBeRecordedIsRunEachTime() {
    for (Backend device : Backends.tested()) {
      AtomicInteger bodies = new AtomicInteger();
      try (Buffers b = new Buffers(device)) {
        Buffers.Array x = b.out(N);
        Buffers.Array y = b.out(N);
        float[] host = new float[N];
        Runnable body =
            () -> {
              bodies.incrementAndGet();
              fourthPower(device, x.address(), y.address());
              device.memory().copyOut(y.address(), MemorySegment.ofArray(host));
            };
        try (Recording recording = device.record(body)) {
          for (int i = 1; i <= RUNS; i++) {
            x.set(filled(i));
            recording.run();
            assertArrayEquals(filled(i * i * i * i), host, device.name());
          }
        }
      }
      int failedAttempts = device.name().equals("cpu") ? 0 : 1;
      assertEquals(RUNS + failedAttempts, bodies.get(), device.name());
    }
  }

  @Test
  void workThatKeepsMemoryIsRunEachTime() {
    for (Backend device : Backends.tested()) {
      long inUse = device.memory().bytesInUse();
      List<Memory.Buffer> kept = new ArrayList<>();
      Runnable body =
          () -> {
            kept.add(device.memory().allocate(4 * N));
            device.elementwise().fill(kept.getLast().address(), N, kept.size());
          };
      try (Recording recording = device.record(body)) {
        for (int i = 0; i < RUNS; i++) {
          recording.run();
          float[] values = new float[N];
          device.memory().copyOut(kept.getLast().address(), MemorySegment.ofArray(values));
          assertArrayEquals(filled(kept.size()), values, device.name());
        }
      }
      kept.forEach(device.memory()::release);
      assertEquals(inUse, device.memory().bytesInUse(), device.name());
    }
  }

  @Test
  void recordingCanBeTurnedOff() {
    System.setProperty(GRAPHS, "off");
    try {
      for (Backend device : Backends.tested()) {
        AtomicInteger bodies = new AtomicInteger();
        try (Recording recording = device.record(bodies::incrementAndGet)) {
          for (int i = 0; i < RUNS; i++) {
            recording.run();
          }
        }
        assertEquals(RUNS, bodies.get(), device.name());
      }
    } finally {
      System.clearProperty(GRAPHS);
    }
  }
}
