package dev.kernite.test.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.DType;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Functional;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.op.Matmul;
import dev.kernite.test.devices.Device;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Laws that hold between operations whatever the shapes, on every device. */
@Tag("device")
final class OpLawsProperties {
  private static final int TRIES = 60;

  @Provide
  Arbitrary<Device> devices() {
    return Arbitraries.of(Device.tested());
  }

  /** Extents around vector and tile edges, primes, 1. */
  @Provide
  Arbitrary<Integer> extents() {
    return Arbitraries.of(1, 2, 3, 5, 7, 8, 9, 13, 15, 16, 17, 24, 31, 32, 33, 47, 61, 64, 65, 97);
  }

  private static float[] floats(Tensor t) {
    return t.toFloats();
  }

  @Property(tries = TRIES)
  void softmaxRowsSumToOneAndLieInTheUnitInterval(
      @ForAll("devices") Device device,
      @ForAll("extents") int rows,
      @ForAll("extents") int cols,
      @ForAll @IntRange(max = 300) int spread,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor x = NdArray.uniform(seed, -spread, spread, rows, cols).on(engine);
      Tensor y = Functional.softmax(x, -1);
      for (float v : floats(y)) {
        assertTrue(v >= 0 && v <= 1, () -> "weight " + v);
      }
      for (float sum : floats(Functional.sum(y, -1))) {
        assertEquals(1, sum, 1e-6f * (4 + cols), "sum of a row");
      }
    }
  }

  @Property(tries = TRIES)
  void softmaxIgnoresAShiftAndLogSoftmaxIsItsLogarithm(
      @ForAll("devices") Device device, @ForAll("extents") int cols, @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor x = NdArray.whole(seed, 3, cols).on(engine);
      float[] plain = floats(Functional.softmax(x, 1));
      float[] shifted = floats(Functional.softmax(Functional.add(x, 64), 1)); // exact
      assertArrayEquals(plain, shifted);
      float[] logs = floats(Functional.logSoftmax(x, 1));
      for (int i = 0; i < plain.length; i++) {
        assertEquals(Math.log(plain[i]), logs[i], 1e-5, "logarithm of the softmax");
      }
    }
  }

  @Property(tries = TRIES)
  void productsOfWholeNumbersAreExactAndAssociative(
      @ForAll("devices") Device device,
      @ForAll("extents") int m,
      @ForAll("extents") int k,
      @ForAll("extents") int n,
      @ForAll("extents") int p,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor a = NdArray.whole(seed, m, k).on(engine);
      Tensor b = NdArray.whole(seed + 1, k, n).on(engine);
      Tensor c = NdArray.whole(seed + 2, n, p).on(engine);
      float[] left = floats(Functional.matmul(Functional.matmul(a, b), c));
      float[] right = floats(Functional.matmul(a, Functional.matmul(b, c)));
      assertArrayEquals(left, right);
    }
  }

  @Property(tries = TRIES)
  void transposedOperandsGiveTheProductOfTheTransposed(
      @ForAll("devices") Device device,
      @ForAll("extents") int m,
      @ForAll("extents") int k,
      @ForAll("extents") int n,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor a = NdArray.whole(seed, m, k).on(engine);
      Tensor b = NdArray.whole(seed + 1, k, n).on(engine);
      float[] plain = floats(Functional.matmul(a, b));
      Tensor at = Functional.transpose(a, 0, 1);
      Tensor bt = Functional.transpose(b, 0, 1);
      assertArrayEquals(plain, floats(new Matmul(true, false).apply(at, b)), "left");
      assertArrayEquals(plain, floats(new Matmul(false, true).apply(a, bt)), "right");
      assertArrayEquals(plain, floats(new Matmul(true, true).apply(at, bt)), "both");
      Tensor views = Functional.matmul(at.transposed(0, 1), bt.transposed(0, 1));
      assertArrayEquals(plain, floats(views), "views");
    }
  }

  @Property(tries = TRIES)
  void aRowsProductDoesNotDependOnTheOtherRows(
      @ForAll("devices") Device device,
      @ForAll("extents") int m,
      @ForAll("extents") int k,
      @ForAll("extents") int n,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor a = NdArray.random(seed, m, k).on(engine);
      Tensor w = NdArray.random(seed + 1, n, k).on(engine);
      Tensor all = Functional.linear(a, w, null);
      int row = Math.floorMod(seed, m);
      Tensor one = Functional.linear(a.narrow(0, row, 1), w, null);
      assertArrayEquals(floats(all.narrow(0, row, 1)), floats(one));
    }
  }

  @Property(tries = TRIES)
  void linearIsAProductAndASum(
      @ForAll("devices") Device device,
      @ForAll("extents") int rows,
      @ForAll("extents") int in,
      @ForAll("extents") int out,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor x = NdArray.whole(seed, rows, in).on(engine);
      Tensor w = NdArray.whole(seed + 1, out, in).on(engine);
      Tensor bias = NdArray.whole(seed + 2, out).on(engine);
      Tensor wt = Functional.transpose(w, 0, 1);
      float[] expected = floats(Functional.add(Functional.matmul(x, wt), bias));
      assertArrayEquals(expected, floats(Functional.linear(x, w, bias)));
      assertArrayEquals(expected, floats(Functional.linearInOut(x, wt, bias)));
    }
  }

  @Property(tries = TRIES)
  void broadcastingEqualsRepeating(
      @ForAll("devices") Device device,
      @ForAll @Size(min = 1, max = 4) List<@IntRange(min = 1, max = 5) Integer> dims,
      @ForAll @IntRange(max = 15) int onesOfA,
      @ForAll @IntRange(max = 15) int onesOfB,
      @ForAll @IntRange(max = 3) int dropped,
      @ForAll long seed) {
    long[] full = dims.stream().mapToLong(Integer::longValue).toArray();
    NdArray a = NdArray.random(seed, withOnes(full, onesOfA, 0));
    NdArray b = NdArray.random(seed + 1, withOnes(full, onesOfB, Math.min(dropped, full.length)));
    Shape shape = Shape.broadcast(a.shape(), b.shape());
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor x = Functional.sub(a.on(engine), b.on(engine));
      Tensor y =
          Functional.sub(
              NdArray.generate(shape, a::at).on(engine), NdArray.generate(shape, b::at).on(engine));
      assertEquals(shape, x.shape());
      assertArrayEquals(floats(y), floats(x));
      assertEquals(shape, Shape.broadcast(b.shape(), a.shape()), "broadcasting is symmetric");
    }
  }

  private static long[] withOnes(long[] dims, int ones, int dropped) {
    long[] d = Arrays.copyOfRange(dims, dropped, dims.length);
    for (int i = 0; i < d.length; i++) {
      d[i] = (ones >> i & 1) == 1 ? 1 : d[i];
    }
    return d;
  }

  @Property(tries = TRIES)
  void permutationsUndoEachOther(
      @ForAll("devices") Device device,
      @ForAll @IntRange(min = 1, max = 6) int a,
      @ForAll("extents") int b,
      @ForAll("extents") int c,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor x = NdArray.random(seed, a, b, c).on(engine);
      Tensor back = Functional.permute(Functional.permute(x, 2, 0, 1), 1, 2, 0);
      assertArrayEquals(floats(x), floats(back));
      assertArrayEquals(floats(x), floats(Functional.flip(Functional.flip(x, 0, 2), 2, 0)));
    }
  }

  @Property(tries = TRIES)
  void slicesOfAConcatenationAreItsParts(
      @ForAll("devices") Device device,
      @ForAll("extents") int a,
      @ForAll("extents") int b,
      @ForAll @IntRange(min = 1, max = 5) int rest,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor x = NdArray.random(seed, rest, a).on(engine);
      Tensor y = NdArray.random(seed + 1, rest, b).on(engine);
      Tensor both = Functional.concat(1, x, y);
      Tensor first = Functional.slice(both, new long[] {0, 0}, new long[] {rest, a});
      Tensor second = Functional.slice(both, new long[] {0, a}, new long[] {rest, a + b});
      assertArrayEquals(floats(x), floats(first));
      assertArrayEquals(floats(y), floats(second));
    }
  }

  @Property(tries = TRIES)
  void reducingAxesOneByOneEqualsReducingThemTogether(
      @ForAll("devices") Device device,
      @ForAll("extents") int a,
      @ForAll @IntRange(min = 1, max = 7) int b,
      @ForAll("extents") int c,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor x = NdArray.whole(seed, a, b, c).on(engine);
      float[] together = floats(Functional.sum(x, 0, 2));
      assertArrayEquals(together, floats(Functional.sum(Functional.sum(x, 2), 0)));
      assertArrayEquals(
          floats(Functional.max(x)), floats(Functional.max(Functional.max(x, 1), 0, 1)));
      float[] sums = floats(Functional.cumsum(x, 1));
      float[] last = floats(Functional.sum(x, 1));
      for (int i = 0; i < a; i++) {
        for (int j = 0; j < c; j++) {
          assertEquals(last[i * c + j], sums[(i * b + b - 1) * c + j], "last running sum");
        }
      }
    }
  }

  @Property(tries = TRIES)
  void anEmbeddingIsAProductWithOneHotRows(
      @ForAll("devices") Device device,
      @ForAll("extents") int rows,
      @ForAll("extents") int width,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      NdArray ids = NdArray.randomIndices(seed, rows, 11);
      NdArray hot = NdArray.generate(Shape.of(11, rows), at -> ids.at(at[0]) == at[1] ? 1 : 0);
      Tensor table = NdArray.random(seed, rows, width).on(engine);
      float[] picked = floats(Functional.embedding(table, ids.on(engine)));
      assertArrayEquals(picked, floats(Functional.matmul(hot.on(engine), table)));
      assertEquals(DType.F32, table.dtype());
    }
  }

  @Property(tries = TRIES)
  void attentionOverOneKeyIsItsValueAndOverEqualKeysTheMean(
      @ForAll("devices") Device device,
      @ForAll("extents") int queries,
      @ForAll("extents") int keys,
      @ForAll @IntRange(min = 1, max = 33) int width,
      @ForAll long seed) {
    Engine engine = Engines.guarded(device);
    try (Scope _ = engine.scope()) {
      Tensor q = NdArray.random(seed, 1, 1, queries, width).on(engine);
      Tensor v = NdArray.random(seed + 1, 1, 1, keys, width).on(engine);
      Tensor equal = engine.full(Shape.of(1, 1, keys, width), 0.25f);
      float[] mean = floats(Functional.mean(v, 2));
      float[] y = floats(Functional.attention(q, equal, v, null, false));
      for (int i = 0; i < y.length; i++) {
        assertEquals(mean[i % width], y[i], 1e-5f, "mean of the values");
      }
    }
  }
}
