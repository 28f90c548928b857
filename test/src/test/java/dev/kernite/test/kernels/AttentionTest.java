package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Shape;
import dev.kernite.kernels.Attention.Strides;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions.Twin;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention at its edges: masks that leave nothing, extreme scores, sums into old gradients. */
@ParameterizedClass
@EnumSource(
    value = Twin.class,
    names = {"SCALAR", "VECTOR"})
final class AttentionTest {
  private static final int D = 20;

  private final CpuBackend cpu;

  AttentionTest(Twin twin) {
    cpu = Cpus.of(twin, 2);
  }

  private static Shape shape(
      int batch, int heads, int queries, int keys, ScoreStrides scores, boolean causal) {
    return new Shape(
        batch,
        heads,
        queries,
        keys,
        D,
        dense(heads, queries),
        dense(heads, keys),
        dense(heads, keys),
        dense(heads, queries),
        scores,
        scores,
        causal,
        0.25f);
  }

  private static Strides dense(int heads, int tokens) {
    return new Strides((long) heads * tokens * D, (long) tokens * D, D);
  }

  private static float[] normal(long seed, int length) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private float[] forward(Shape s, float[] q, float[] k, float[] v, byte[] mask, float[] bias) {
    try (Buffers b = new Buffers()) {
      Buffers.Array out = b.out(s.batch() * s.heads() * s.queries() * D);
      cpu.attention()
          .forward(
              s,
              b.of(q).address(),
              b.of(k).address(),
              b.of(v).address(),
              mask == null ? 0 : b.of(mask).address(),
              bias == null ? 0 : b.of(bias).address(),
              out.address(),
              0);
      return out.floats();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 300})
  void aQueryThatMayAttendNowhereGivesNaN(int keys) {
    Shape s = shape(1, 1, 2, keys, new ScoreStrides(0, 0, keys, 1), false);
    byte[] mask = new byte[2 * keys];
    mask[2 * keys - 1] = 1; // query 0: none; query 1: the last key only
    float[] v = normal(3, keys * D);
    float[] out = forward(s, normal(1, 2 * D), normal(2, keys * D), v, mask, null);
    for (int c = 0; c < D; c++) {
      assertTrue(Float.isNaN(out[c]));
      assertEquals(v[(keys - 1) * D + c], out[D + c]);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NEGATIVE_INFINITY, -Float.MAX_VALUE, -3.4e38f, -1e9f})
  void aBiasMasksLikeABooleanMask(float low) {
    int queries = 7;
    int keys = 530;
    ScoreStrides strides = new ScoreStrides(0, 0, 0, 1);
    Shape s = shape(2, 3, queries, keys, strides, false);
    byte[] mask = new byte[keys];
    float[] bias = new float[keys];
    Random random = new Random(9);
    for (int j = 0; j < keys; j++) {
      mask[j] = (byte) (j < 260 ? 0 : random.nextInt(2)); // the whole first key block is hidden
      bias[j] = mask[j] == 0 ? low : 0;
    }
    float[] q = normal(1, 6 * queries * D);
    float[] k = normal(2, 6 * keys * D);
    float[] v = normal(3, 6 * keys * D);
    float[] masked = forward(s, q, k, v, mask, null);
    float[] biased = forward(s, q, k, v, null, bias);
    for (int i = 0; i < masked.length; i++) {
      assertTrue(Math.abs(masked[i] - biased[i]) <= 1e-6, masked[i] + " " + biased[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 300})
  void allKeysEquallyFarDownAreAveraged(int keys) {
    Shape s = shape(1, 1, 1, keys, new ScoreStrides(0, 0, 0, 0), false);
    float[] v = normal(3, keys * D);
    float[] out = forward(s, normal(1, D), normal(2, keys * D), v, null, new float[] {-3.4e38f});
    for (int c = 0; c < D; c++) {
      double mean = 0;
      for (int j = 0; j < keys; j++) {
        mean += v[j * D + c] / (double) keys;
      }
      Close.check("out", mean, out[c], 1e-5, 1e-6);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6, 50, 300})
  void whatAQueryCannotSeeCannotHarmIt(int tokens) {
    Shape s = shape(1, 2, tokens, tokens, ScoreStrides.NONE, true);
    float[] q = normal(1, 2 * tokens * D);
    float[] k = normal(2, 2 * tokens * D);
    float[] v = normal(3, 2 * tokens * D);
    float[] clean = forward(s, q, k, v, null, null);
    int last = tokens - 1;
    for (int head = 0; head < 2; head++) {
      int at = (head * tokens + last) * D;
      Arrays.fill(k, at, at + D, Float.NaN);
      Arrays.fill(v, at, at + D, Float.POSITIVE_INFINITY);
    }
    float[] spoilt = forward(s, q, k, v, null, null);
    for (int head = 0; head < 2; head++) {
      int from = head * tokens * D;
      assertArrayEquals(
          Arrays.copyOfRange(clean, from, from + last * D),
          Arrays.copyOfRange(spoilt, from, from + last * D));
      assertTrue(Float.isNaN(spoilt[from + last * D]));
    }
  }

  @Test
  void infinitiesAndNaNsReachTheOutput() {
    assertNaNs(0, Float.NaN, true, true, false, false); // a query: its row
    assertNaNs(0, Float.POSITIVE_INFINITY, true, true, false, false);
    assertNaNs(1, Float.NaN, true, true, true, true); // a key: all rows
    assertNaNs(2, Float.NaN, true, false, true, false); // a value: its column
  }

  /** Puts a value first into operand 0, 1 or 2 (q, k, v) and looks at two queries, two columns. */
  private void assertNaNs(int operand, float value, boolean... expected) {
    int keys = 40;
    Shape s = shape(1, 1, 2, keys, ScoreStrides.NONE, false);
    float[][] operands = {normal(1, 2 * D), normal(2, keys * D), normal(3, keys * D)};
    operands[operand][0] = value;
    float[] out = forward(s, operands[0], operands[1], operands[2], null, null);
    for (int i = 0; i < 4; i++) {
      assertEquals(expected[i], Float.isNaN(out[i / 2 * D + i % 2]), operand + " " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 13, 97})
  void gradientsAreAddedAndThoseNotWantedAreLeftOut(int tokens) {
    ScoreStrides strides = new ScoreStrides(0, (long) tokens * tokens, tokens, 1);
    Shape s = shape(2, 2, tokens, tokens, strides, false);
    int n = 4 * tokens * D;
    float[] q = normal(1, n);
    float[] k = normal(2, n);
    float[] v = normal(3, n);
    float[] bias = normal(4, 2 * tokens * tokens);
    float[] dout = normal(5, n);
    float[][] fresh = backward(s, q, k, v, bias, dout, new boolean[] {true, true, true, true}, 0);
    for (int wanted = 0; wanted < 16; wanted++) {
      boolean[] flags = new boolean[4];
      for (int i = 0; i < 4; i++) {
        flags[i] = (wanted >> i & 1) != 0;
      }
      float[][] some = backward(s, q, k, v, bias, dout, flags, 1);
      for (int g = 0; g < 4; g++) {
        for (int i = 0; i < fresh[g].length; i++) {
          // Started from 1: the sum is rounded at another place.
          double expected = flags[g] ? fresh[g][i] + 1.0 : 1;
          Close.check("gradient " + g, expected, some[g][i], 1e-6, flags[g] ? 3e-6 : 0);
        }
      }
    }
  }

  private float[][] backward(
      Shape s,
      float[] q,
      float[] k,
      float[] v,
      float[] bias,
      float[] dout,
      boolean[] wanted,
      float start) {
    try (Buffers b = new Buffers()) {
      long[] operands = {b.of(q).address(), b.of(k).address(), b.of(v).address()};
      long added = b.of(bias).address();
      Buffers.Array out = b.out(q.length);
      Buffers.Array lse = b.out(s.batch() * s.heads() * s.queries());
      cpu.attention()
          .forward(
              s, operands[0], operands[1], operands[2], 0, added, out.address(), lse.address());
      Buffers.Array[] gradients = new Buffers.Array[4];
      float[][] inputs = {q, k, v, bias};
      long[] at = new long[4];
      for (int i = 0; i < 4; i++) {
        float[] old = new float[inputs[i].length];
        Arrays.fill(old, start);
        gradients[i] = b.of(old);
        at[i] = wanted[i] ? gradients[i].address() : 0;
      }
      cpu.attention()
          .backward(
              s,
              operands[0],
              operands[1],
              operands[2],
              0,
              added,
              out.address(),
              lse.address(),
              b.of(dout).address(),
              at[0],
              at[1],
              at[2],
              at[3]);
      return new float[][] {
        gradients[0].floats(), gradients[1].floats(), gradients[2].floats(), gradients[3].floats()
      };
    }
  }
}
