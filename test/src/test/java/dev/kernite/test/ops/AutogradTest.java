package dev.kernite.test.ops;

import static dev.kernite.engine.Functional.add;
import static dev.kernite.engine.Functional.attention;
import static dev.kernite.engine.Functional.crossEntropy;
import static dev.kernite.engine.Functional.exp;
import static dev.kernite.engine.Functional.layerNorm;
import static dev.kernite.engine.Functional.linear;
import static dev.kernite.engine.Functional.matmul;
import static dev.kernite.engine.Functional.mul;
import static dev.kernite.engine.Functional.square;
import static dev.kernite.engine.Functional.sum;
import static dev.kernite.engine.Functional.tanh;
import static dev.kernite.engine.Functional.transpose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineException;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Embedding;
import dev.kernite.test.devices.Device;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The tape: what gradients add up to, what is recorded, and when memory goes. */
@Tag("device")
final class AutogradTest {
  private final Engine engine = Engines.guarded(Device.any());
  private long before;
  private Scope scope;

  @BeforeEach
  void open() {
    before = inUse();
    scope = engine.scope();
  }

  /** Whatever a test does, all memory is free when its scope ends. */
  @AfterEach
  void close() {
    scope.close();
    assertEquals(before, inUse(), "bytes in use after the scope ended");
  }

  private long inUse() {
    return engine.backend().memory().bytesInUse();
  }

  private Tensor row(float... values) {
    return engine.tensor(values, Shape.of(values.length));
  }

  private Tensor leaf(float... values) {
    return row(values).requireGrad();
  }

  private static void assertGrad(Tensor leaf, float... expected) {
    assertArrayEquals(expected, leaf.grad().toFloats());
  }

  private static String refused(Executable call) {
    return assertThrows(EngineException.class, call).getMessage();
  }

  @Test
  void usesOfATensorAddUp() {
    Tensor x = leaf(2, 3);
    Tensor y = mul(x, x); // 2x
    sum(add(add(y, y), x)).backward(); // 4x + 1
    assertGrad(x, 9, 13);
  }

  @Test
  void bothSidesOfAnOperationMayBeTheSameTensor() {
    Tensor x = engine.tensor(new float[] {1, 2, 3, 4}, Shape.of(2, 2)).requireGrad();
    sum(matmul(x, x)).backward(); // column sums of x to each row, plus row sums to each column
    assertGrad(x, 3 + 4, 7 + 4, 3 + 6, 7 + 6);
  }

  @Test
  void gradientsAccumulateOverPassesUntilCleared() {
    Tensor x = leaf(2);
    square(x).backward();
    assertGrad(x, 4);
    square(x).backward();
    assertGrad(x, 8);
    x.clearGrad();
    assertNull(x.grad());
    square(x).backward();
    assertGrad(x, 4);
  }

  @Test
  void aDiamondIsWalkedOnce() {
    Tensor x = leaf(0.5f);
    Tensor h = exp(x);
    Tensor left = h;
    for (int i = 0; i < 40; i++) { // by paths this would be 2^40 steps
      left = add(left, left);
    }
    left.backward();
    assertGrad(x, (float) ((1L << 40) * (double) (float) Math.exp(0.5)));
  }

  @Test
  void aDeepGraphNeedsNoDeepStack() {
    Tensor x = leaf(1);
    Tensor y = x;
    for (int i = 0; i < 20_000; i++) {
      y = add(y, x);
    }
    y.backward();
    assertGrad(x, 20_001);
  }

  @Test
  void backwardTakesAnUpstreamGradient() {
    Tensor x = leaf(1, 2, 3);
    square(x).backward(row(1, 0, -1));
    assertGrad(x, 2, 0, -6);
  }

  @Test
  void backwardWithoutUpstreamNeedsAScalar() {
    Tensor x = leaf(1, 2);
    assertTrue(refused(() -> square(x).backward()).contains("needs a scalar"));
    assertTrue(refused(() -> square(x).backward(row(1))).contains("upstream gradient [1]"));
  }

  @Test
  void backwardNeedsALeafBelow() {
    Tensor x = row(1);
    assertTrue(refused(() -> square(x).backward()).contains("requires a gradient"));
  }

  @Test
  void nothingIsRecordedUnderNoGrad() {
    Tensor x = leaf(3);
    Tensor y = engine.noGrad(() -> square(x));
    assertFalse(y.requiresGrad());
    assertNull(y.producer());
    assertTrue(engine.isRecording());
    assertThrows(
        IllegalStateException.class,
        () ->
            engine.noGrad(
                () -> {
                  throw new IllegalStateException("recording goes on after a failure");
                }));
    assertTrue(engine.isRecording());
  }

  @Test
  void detachedValuesPassNoGradient() {
    Tensor x = leaf(3);
    Tensor y = square(x);
    mul(y.detach(), x).backward(); // 9 x: not 3 x^2
    assertGrad(x, 9);
  }

  @Test
  void onlyLeavesThatWantAGradientGetOne() {
    Tensor x = leaf(2);
    Tensor c = row(5);
    mul(x, c).backward();
    assertGrad(x, 5);
    assertNull(c.grad());
  }

  @Test
  void onlyFreshFloatsCanBeLeaves() {
    Tensor x = leaf(1, 2);
    String why = "no operation produced";
    assertTrue(refused(() -> square(x).requireGrad()).contains(why));
    assertTrue(refused(() -> x.narrow(0, 0, 1).requireGrad()).contains(why));
    assertTrue(refused(() -> engine.tensor(new int[1], Shape.of(1)).requireGrad()).contains(why));
  }

  @Test
  void backwardFreesTheGraphBehindIt() {
    Tensor x = leaf(1, 2, 3);
    long leaves = inUse();
    Tensor h = tanh(x);
    Tensor y = sum(square(h));
    y.backward();
    // What is left: the leaf, its gradient, the result.
    assertEquals(leaves + x.bytes() + y.bytes(), inUse());
    assertTrue(h.isClosed());
    assertFalse(y.isClosed());
    assertTrue(refused(h::toFloats).contains("backward freed it"));
  }

  @Test
  void backwardTwiceThroughOneGraphIsRefused() {
    Tensor x = leaf(1, 2);
    Tensor y = sum(square(x));
    y.backward();
    assertTrue(refused(y::backward).contains("run the forward pass again"));
    assertGrad(x, 2, 4);
  }

  @Test
  void aFreedResultCannotBeUsedOn() {
    Tensor x = leaf(1);
    Tensor h = exp(x);
    square(h).backward();
    assertTrue(refused(() -> square(h)).contains("backward freed it"));
  }

  @Test
  void gradientsFlowThroughReshapes() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor weight = engine.tensor(new float[] {10, 20}, Shape.of(2, 1));
    sum(matmul(x.reshape(2, 2), weight)).backward();
    assertGrad(x, 10, 20, 10, 20);
  }

  @Test
  void gradientsFlowThroughWindows() {
    Tensor x = engine.tensor(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3)).requireGrad();
    Tensor ones = engine.full(Shape.of(2, 1), 1);
    // The first two columns, and the last two: the middle one counts twice.
    Tensor y = add(matmul(x.narrow(1, 0, 2), ones), matmul(x.narrow(1, 1, 2), ones));
    sum(y).backward();
    assertGrad(x, 1, 2, 1, 1, 2, 1);
  }

  @Test
  void gradientsFlowThroughTransposedViews() {
    Tensor x = engine.tensor(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(2, 3)).requireGrad();
    Tensor w = engine.tensor(new float[] {1, 10}, Shape.of(2, 1));
    sum(matmul(x.transposed(0, 1), w)).backward();
    assertGrad(x, 1, 1, 1, 10, 10, 10);
  }

  @Test
  void gradientsFlowThroughViewsOfResults() {
    Tensor x = leaf(1, 2, 3, 4);
    Tensor h = square(x).reshape(2, 2);
    sum(matmul(h.narrow(1, 1, 1).transposed(0, 1), h.narrow(1, 0, 1))).backward();
    // y = h01 h00 + h11 h10 with h = x^2
    assertGrad(x, 2 * 1 * 4, 2 * 2 * 1, 2 * 3 * 16, 2 * 4 * 9);
  }

  @Test
  void headSplitsOfOneProjectionEqualCopies() {
    NdArray values = NdArray.random(5, 2, 3, 3 * 8);
    Tensor views = values.on(engine).requireGrad();
    Tensor y =
        attention(
            views.narrow(2, 0, 8).splitHeads(2),
            views.narrow(2, 8, 8).splitHeads(2),
            views.narrow(2, 16, 8).splitHeads(2),
            null,
            true);
    Tensor[] copies = new Tensor[3];
    Tensor[] heads = new Tensor[3];
    for (int i = 0; i < 3; i++) {
      copies[i] = values.on(engine).narrow(2, 8 * i, 8).contiguousCopy().requireGrad();
      heads[i] = transpose(copies[i].reshape(2, 3, 2, 4), 1, 2);
    }
    Tensor z = attention(heads[0], heads[1], heads[2], null, true);
    assertArrayEquals(z.toFloats(), y.toFloats());
    Tensor upstream = NdArray.random(6, 2, 3, 8).on(engine);
    y.backward(upstream);
    z.backward(upstream);
    for (int i = 0; i < 3; i++) {
      float[] part = views.grad().narrow(2, 8 * i, 8).toFloats();
      assertArrayEquals(copies[i].grad().toFloats(), part, "part " + i);
    }
  }

  @Test
  void anAbsentInputIsNoInput() {
    Tensor x = engine.tensor(new float[] {1, 2}, Shape.of(1, 2)).requireGrad();
    Tensor w = engine.tensor(new float[] {3, 4}, Shape.of(1, 2)).requireGrad();
    linear(x, w, null).backward();
    assertGrad(x, 3, 4);
    assertGrad(w, 1, 2);
  }

  @Test
  void thePaddingRowOfATableGetsNoGradient() {
    float[] rows = {1, 2, 3, 4, 5, 6};
    Tensor ids = engine.tensor(new int[] {1, 2, 1, 0}, Shape.of(4));
    Tensor upstream = engine.tensor(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, Shape.of(4, 2));
    Tensor table = engine.tensor(rows, Shape.of(3, 2)).requireGrad();
    Tensor found = new Embedding(1).apply(table, ids);
    assertArrayEquals(new float[] {3, 4, 5, 6, 3, 4, 1, 2}, found.toFloats()); // read as stored
    found.backward(upstream);
    assertGrad(table, 7, 8, 0, 0, 3, 4);
    Tensor unpadded = engine.tensor(rows, Shape.of(3, 2)).requireGrad();
    new Embedding(-1).apply(unpadded, ids).backward(upstream);
    assertGrad(unpadded, 7, 8, 6, 8, 3, 4);
  }

  @Test
  void aFailedBackwardLeavesNoMemoryBehind() {
    Tensor x = leaf(1, 2);
    Tensor h = square(x);
    Tensor y = sum(mul(h, x));
    h.close("closed too early");
    assertTrue(refused(y::backward).contains("closed too early"));
    assertNull(x.grad(), "a gradient that was never computed");
  }

  @Test
  void aFailedForwardLeavesNoMemoryBehind() {
    Tensor table = engine.tensor(new float[] {1, 2}, Shape.of(1, 2)).requireGrad();
    Tensor ids = engine.tensor(new int[] {7}, Shape.of(1));
    long held = inUse();
    assertTrue(refused(() -> new Embedding(-1).apply(table, ids)).contains("index 7"));
    assertEquals(held, inUse());
  }

  @Test
  void gradientsOfALeafGoWithTheLeaf() {
    try (Scope _ = engine.scope()) {
      Tensor x = leaf(1, 2);
      sum(square(x)).backward();
    }
    assertEquals(before, inUse());
  }

  /**
   * An evaluation that nobody wrapped in noGrad: its results go with the scope, and so must these.
   */
  @Test
  void whatWasKeptForABackwardThatNeverComesGoesWithItsResult() {
    Tensor x = engine.normal(Shape.of(3, 4), 0, 1).requireGrad();
    Tensor normal = layerNorm(x, null, null, 1e-5f);
    crossEntropy(normal, engine.tensor(new int[] {0, 1, 2}, Shape.of(3)));
    long held = inUse();
    Tensor other = layerNorm(x, null, null, 1e-5f);
    other.close();
    assertEquals(held, inUse(), "mean and deviation went with the result");
  }
}
