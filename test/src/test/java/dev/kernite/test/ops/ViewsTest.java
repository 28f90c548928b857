package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.test.devices.Device;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Views show the same memory in another way, or say why they cannot. */
@Tag("device")
final class ViewsTest {
  private final Engine engine = Engines.guarded(Device.any());
  private final Scope scope = engine.scope();

  @AfterEach
  void close() {
    scope.close();
  }

  /** [[0, 1, 2, ...], ...]: every value is its position. */
  private Tensor counted(long... dims) {
    Shape shape = Shape.of(dims);
    double[] values = new double[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return NdArray.floats(shape, values).on(engine);
  }

  private static void refused(String part, Executable call) {
    String message = assertThrows(EngineException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void reshapeCopiesNothing() {
    Tensor x = counted(2, 6);
    Tensor y = x.reshape(3, -1);
    assertEquals(Shape.of(3, 4), y.shape());
    assertEquals(x.address(), y.address());
    assertTrue(y.isDense());
    assertEquals(Shape.of(0, 5), engine.zeros(Shape.of(5, 0)).reshape(0, 5).shape());
  }

  @Test
  void reshapeKeepsTheNumberOfElements() {
    Tensor x = counted(2, 6);
    refused("cannot reshape [2, 6] (12 elements) to [5, 2]", () -> x.reshape(5, 2));
    refused("cannot reshape", () -> x.reshape(5, -1));
    refused("cannot reshape", () -> x.reshape(-1, -1));
    refused("cannot reshape", () -> x.reshape(-2, -6));
  }

  @Test
  void reshapeNeedsADenseTensor() {
    Tensor columns = counted(2, 6).narrow(1, 0, 3);
    assertFalse(columns.isDense());
    refused("reshape needs a dense tensor", () -> columns.reshape(6));
    assertArrayEquals(
        new float[] {0, 1, 2, 6, 7, 8}, columns.contiguousCopy().reshape(6).toFloats());
  }

  @Test
  void narrowIsAWindow() {
    Tensor x = counted(3, 4);
    assertArrayEquals(new float[] {4, 5, 6, 7}, x.narrow(0, 1, 1).toFloats());
    assertTrue(x.narrow(0, 1, 2).isDense());
    assertArrayEquals(new float[] {2, 3, 6, 7, 10, 11}, x.narrow(-1, 2, 2).toFloats());
    assertEquals(0, x.narrow(1, 4, 0).size());
  }

  @Test
  void narrowStaysOnTheAxis() {
    Tensor x = counted(3, 4);
    refused("narrow: [3, 5) leaves axis 1 of [3, 4]", () -> x.narrow(1, 3, 2));
    refused("narrow", () -> x.narrow(1, -1, 2));
    refused("narrow", () -> x.narrow(1, 1, -1));
    refused("narrow", () -> x.narrow(1, Long.MAX_VALUE, 2));
    refused("axis 2 does not exist", () -> x.narrow(2, 0, 1));
  }

  @Test
  void transposedExchangesTwoAxes() {
    Tensor x = counted(2, 3).transposed(0, -1);
    assertEquals(Shape.of(3, 2), x.shape());
    assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, x.toFloats());
    assertTrue(x.transposed(0, 1).isDense(), "twice is as it was");
  }

  @Test
  void viewsOfViewsLookAtTheRoot() {
    Tensor x = counted(4, 6);
    Tensor y = x.narrow(0, 1, 3).narrow(1, 2, 4).transposed(0, 1).narrow(0, 1, 2);
    assertEquals(x, y.root());
    assertArrayEquals(new float[] {9, 15, 21, 10, 16, 22}, y.toFloats());
  }

  @Test
  void headsAreSplitInPlace() {
    Tensor x = counted(1, 2, 6); // [batch, time, 3 heads of 2]
    Tensor heads = x.splitHeads(3);
    assertEquals(Shape.of(1, 3, 2, 2), heads.shape());
    assertArrayEquals(new float[] {0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11}, heads.toFloats());
    refused("cannot split [1, 2, 6] into 4 heads", () -> x.splitHeads(4));
    refused("into 0 heads", () -> x.splitHeads(0));
    refused("cannot split [2, 6]", () -> x.reshape(2, 6).splitHeads(3));
  }

  @Test
  void matmulReadsViewsWhoseRowsOrColumnsAreContiguous() {
    Tensor x = counted(2, 3, 4).transposed(0, 2); // neither rows nor columns
    refused("contiguous", () -> Functional.matmul(x, counted(2, 5)));
    Tensor y = counted(6, 8).narrow(1, 1, 4).narrow(0, 2, 3).transposed(0, 1);
    assertArrayEquals(
        Functional.matmul(y.contiguousCopy(), counted(3, 2)).toFloats(),
        Functional.matmul(y, counted(3, 2)).toFloats());
  }

  @Test
  void contentsAreCheckedForTypeAndSize() {
    Tensor x = counted(2, 2).named("x");
    refused("'x' is F32, not I32", x::toInts);
    refused("is I32, not F32", () -> engine.tensor(new int[1], Shape.of(1)).toFloats());
    refused("item() needs one element", x::item);
    refused("holds 12 bytes", () -> x.copyTo(MemorySegment.ofArray(new float[3])));
    refused("source holds 12 bytes", () -> x.copyFrom(MemorySegment.ofArray(new float[3])));
    refused(
        "copyFrom needs a dense",
        () -> x.transposed(0, 1).copyFrom(MemorySegment.ofArray(new float[4])));
    refused("3 values do not fill shape [2]", () -> engine.tensor(new float[3], Shape.of(2)));
    refused("negative extent", () -> Shape.of(2, -1));
    refused("over 2^63", () -> Shape.of(1L << 40, 1L << 40));
  }

  @Test
  void copiesGoThroughViews() {
    Tensor x = counted(2, 3);
    float[] out = new float[6];
    x.transposed(0, 1).copyTo(MemorySegment.ofArray(out));
    assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, out);
    x.copyFrom(MemorySegment.ofArray(new float[] {9, 8, 7, 6, 5, 4}));
    assertArrayEquals(new float[] {9, 8, 7, 6, 5, 4}, x.toFloats());
  }
}
