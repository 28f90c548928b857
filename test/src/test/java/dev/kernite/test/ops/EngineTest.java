package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.KernelException;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Opening a device, and making tensors on it. */
final class EngineTest {
  private static Engine open() {
    return Engine.on(CpuBackend.open(CpuOptions.defaults().withThreads(1)), 42);
  }

  private static String refused(Executable call) {
    return assertThrows(EngineException.class, call).getMessage();
  }

  @Test
  void theCpuIsAlwaysThere() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(3))) {
      assertEquals("cpu", engine.backend().name());
      assertEquals(3, engine.backend().threads());
    }
  }

  @Test
  void aDeviceThatIsNotThereIsNamed() {
    String unknown = refused(() -> Engine.open(EngineOptions.DEFAULT.withDevice("tpu")));
    assertTrue(unknown.contains("'tpu'") && unknown.contains("cpu"), unknown);
    assertTrue(
        refused(() -> Engine.open(EngineOptions.DEFAULT.withThreads(-1))).contains("threads"));
  }

  @Test
  void tensorsHoldWhatTheyAreGiven() {
    try (Engine engine = open()) {
      assertArrayEquals(new float[] {0, 0, 0}, engine.zeros(Shape.of(3)).toFloats());
      assertArrayEquals(new float[] {7, 7}, engine.full(Shape.of(2), 7).toFloats());
      assertEquals(2.5f, engine.scalar(2.5f).item());
      assertArrayEquals(new int[] {1, -2}, engine.tensor(new int[] {1, -2}, Shape.of(2)).toInts());
      MemorySegment bytes = MemorySegment.ofArray(new float[] {1, 2});
      Tensor copied = engine.tensor(DType.F32, bytes, Shape.of(2));
      assertArrayEquals(new float[] {1, 2}, copied.toFloats());
      assertTrue(
          refused(() -> engine.tensor(DType.F32, bytes, Shape.of(3))).contains("do not fill"));
    }
  }

  @Test
  void adoptedMemoryIsUsedInPlace() {
    try (Engine engine = open();
        Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2);
      long before = engine.backend().memory().bytesInUse();
      Tensor x = engine.adopt(DType.F32, host, Shape.of(2));
      assertEquals(before, engine.backend().memory().bytesInUse());
      assertEquals(host.address(), x.address());
      host.setAtIndex(ValueLayout.JAVA_FLOAT, 1, 5);
      assertArrayEquals(new float[] {1, 25}, Functional.square(x).toFloats());
      x.close();
      assertEquals(1, host.getAtIndex(ValueLayout.JAVA_FLOAT, 0), "closing frees nothing of ours");
      assertTrue(refused(() -> engine.adopt(DType.I32, host, Shape.of(3))).contains("do not fill"));
    }
  }

  @Test
  void randomTensorsFollowTheSeedAndTheOrderOfCalls() {
    float[][] runs = new float[2][];
    for (int i = 0; i < 2; i++) {
      try (Engine engine = open()) {
        engine.uniform(Shape.of(5), 0, 1);
        runs[i] = engine.normal(Shape.of(7), 0, 1).toFloats();
      }
    }
    assertArrayEquals(runs[0], runs[1]);
    try (Engine engine = Engine.on(CpuBackend.open(CpuOptions.defaults().withThreads(1)), 43)) {
      engine.uniform(Shape.of(5), 0, 1);
      float[] other = engine.normal(Shape.of(7), 0, 1).toFloats();
      assertFalse(Arrays.equals(runs[0], other), "another seed, other numbers");
    }
  }

  @Test
  void aSavedPositionContinuesTheStream() {
    try (Engine engine = open()) {
      engine.uniform(Shape.of(9), 0, 1);
      long position = engine.random().offset();
      float[] next = engine.uniform(Shape.of(6), -1, 1).toFloats();
      engine.random().seek(position);
      assertArrayEquals(next, engine.uniform(Shape.of(6), -1, 1).toFloats());
    }
  }

  @Test
  void momentsOfRandomTensors() {
    try (Engine engine = open()) {
      int n = 100_000;
      Tensor u = engine.uniform(Shape.of(n), -2, 4);
      assertEquals(1, Functional.mean(u).item(), 0.03);
      assertEquals(3, Functional.var(u).item(), 0.05);
      assertTrue(Functional.min(u).item() >= -2 && Functional.max(u).item() < 4);
      Tensor z = engine.normal(Shape.of(n), 5, 2);
      assertEquals(5, Functional.mean(z).item(), 0.03);
      assertEquals(2, Functional.std(z).item(), 0.03);
    }
  }

  @Test
  void dropoutDrawsNewNumbersEachTime() {
    try (Engine engine = open()) {
      Tensor x = engine.full(Shape.of(1000), 1);
      float[] first = Functional.dropout(x, 0.5f).toFloats();
      float[] second = Functional.dropout(x, 0.5f).toFloats();
      assertFalse(Arrays.equals(first, second));
    }
  }

  @Test
  void runningOutOfMemorySaysWhatWasAsked() {
    CpuOptions small = CpuOptions.defaults().withThreads(1).withMemoryLimit(8 << 20);
    try (Engine engine = Engine.on(CpuBackend.open(small), 0)) {
      String message =
          assertThrows(KernelException.class, () -> engine.zeros(Shape.of(16 << 20))).getMessage();
      assertTrue(message.contains("64.0 MiB") && message.contains("limit"), message);
      assertEquals(0, engine.zeros(Shape.of(1)).item(), "and the engine goes on");
    }
  }
}
