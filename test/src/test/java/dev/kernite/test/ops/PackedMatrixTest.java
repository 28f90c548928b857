package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.PackedMatrix;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.GeluTanh;
import dev.kernite.engine.op.LeakyRelu;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.test.devices.Device;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packed weights in the engine: what they compute and what they refuse. */
@Tag("device")
class PackedMatrixTest {
  private static final float[] WEIGHT = {1, 2, 3, 4, 5, -6}; // [out 3, in 2]

  private static PackedMatrix pack(Engine engine, DType stored, float... outIn) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment host = arena.allocateFrom(ValueLayout.JAVA_FLOAT, outIn);
      return PackedMatrix.of(
          engine, "w", host, DType.F32, stored, 2, outIn.length / 2, WeightLayout.OUT_IN);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void multipliesAddsAndActivates(Device device) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope();
        PackedMatrix w = pack(engine, DType.BF16, WEIGHT)) {
      Tensor x = engine.tensor(new float[] {1, 1, 0.5f, -1}, Shape.of(2, 1, 2));
      Tensor bias = engine.tensor(new float[] {10, 20, 0}, Shape.of(3));
      Tensor y = w.apply(x, bias, null);
      assertEquals(Shape.of(2, 1, 3), y.shape());
      assertArrayEquals(new float[] {13, 27, -1, 8.5f, 17.5f, 8.5f}, y.toFloats());
      assertArrayEquals(
          new float[] {13, 27, -0.25f, 8.5f, 17.5f, 8.5f},
          w.apply(x, bias, new LeakyRelu(0.25f)).toFloats());
      assertArrayEquals(
          new GeluTanh().apply(y).toFloats(), w.apply(x, bias, new GeluTanh()).toFloats());
    }
    Engines.checkGuards(engine);
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void looksRowsUp(Device device) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope();
        PackedMatrix w = pack(engine, DType.F16, WEIGHT)) {
      Tensor ids = engine.tensor(new int[] {2, 0, 2}, Shape.of(3));
      assertArrayEquals(new float[] {5, -6, 1, 2, 5, -6}, w.rows(ids).toFloats());
      Tensor bad = engine.tensor(new int[] {0, 3}, Shape.of(2));
      assertSays(() -> w.rows(bad), "index 3 at position 1 is not in [0, 3)");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void keepsWhatFloat16CannotHoldAsFloat32(Device device) {
    Engine engine = Engines.plain(device, 1);
    try (Scope _ = engine.scope();
        PackedMatrix w = pack(engine, DType.F16, 1e9f, 1)) {
      assertEquals(DType.F32, w.dtype());
      Tensor x = engine.tensor(new float[] {2, 0}, Shape.of(1, 2));
      assertEquals(2e9f, w.apply(x, null, null).item());
    }
  }

  @ParameterizedTest
  @MethodSource("dev.kernite.test.devices.Device#tested")
  void refusesWhatDoesNotFit(Device device) {
    Engine engine = Engines.plain(device, 1);
    try (Scope _ = engine.scope()) {
      PackedMatrix w = pack(engine, DType.F32, WEIGHT);
      Tensor x = engine.tensor(new float[] {1, 1}, Shape.of(1, 2));
      Tensor narrow = engine.tensor(new float[] {1}, Shape.of(1, 1));
      assertSays(() -> w.apply(narrow, null, null), "needs 2 features");
      assertSays(() -> w.apply(x, narrow, null), "the bias needs shape [3]");
      Tensor truths = engine.tensor(new boolean[] {true, true}, Shape.of(1, 2));
      assertSays(() -> w.apply(truths, null, null), "input 'x' is BOOL, needs F32");
      Tensor counts = engine.tensor(new int[3], Shape.of(3));
      assertSays(() -> w.apply(x, counts, null), "input 'bias' is I32, needs F32");
      Tensor trained = engine.tensor(new float[3], Shape.of(3)).disown().requireGrad();
      assertSays(() -> w.apply(x, trained, null), "load the model for training");
      x.requireGrad();
      assertSays(() -> w.apply(x, null, null), "load the model for training");
      assertEquals(3, engine.noGrad(() -> w.apply(x, null, null)).size());
      assertSays(() -> w.apply(x.reshape(2).reshape(1, 2).transposed(0, 1), null, null), "dense");
      w.close();
      assertSays(() -> engine.noGrad(() -> w.apply(x, null, null)), "'w' was closed");
    }
  }

  private static void assertSays(Runnable call, String part) {
    String message = assertThrows(EngineException.class, call::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
