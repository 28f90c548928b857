package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Attention;
import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Shape;
import dev.kernite.kernels.Attention.Strides;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;

/**
 * Attention on a CUDA device: values, gradients and weights against float64, and cached decoding
 * against the whole, bit for bit. Operands may lie in one packed buffer, and heads or sequences may
 * share them.
 */
@Tag("cuda")
@Tag("schedule")
final class CudaAttentionProperties {
  private static final long MOST_PRODUCTS = 120_000; // kernels run on the CPU here

  /** Around the few queries (8), tiles (32, 64), blocks of keys (64) and rounds of them (512). */
  private static final int[] TOKENS = {1, 2, 7, 8, 9, 17, 31, 33, 63, 64, 65, 66, 130, 600};

  /** Around quads and the sizes that kernels are made for. */
  private static final int[] HEADS = {1, 2, 3, 4, 7, 8, 17, 32, 48, 63, 64, 65, 80, 128, 130, 256};

  record Case(
      Shape shape, float[] q, float[] k, float[] v, byte[] mask, float[] bias, float[] dout) {}

  static Case draw(Random random, int longestHead) {
    int batch = 1 + random.nextInt(2);
    int heads = 1 + random.nextInt(3);
    int queries;
    int keys;
    int d;
    do {
      queries = CudaDevice.pick(random, TOKENS);
      keys = CudaDevice.pick(random, TOKENS);
      d = CudaDevice.pick(random, HEADS);
    } while (d > longestHead || (long) batch * heads * queries * keys * d > MOST_PRODUCTS);
    boolean packed = random.nextBoolean();
    Strides q = strides(heads, queries, d, packed, 3);
    Strides k = strides(heads, keys, d, packed, 3);
    Strides v = random.nextBoolean() ? strides(heads, keys, d, !packed, 1) : k;
    Strides out = strides(heads, queries, d, random.nextBoolean(), 1);
    switch (random.nextInt(6)) { // operands that heads or sequences share
      case 0 -> k = new Strides(k.batch(), 0, k.token());
      case 1 -> v = new Strides(0, v.head(), v.token());
      case 2 -> q = new Strides(q.batch(), 0, q.token());
      default -> {}
    }
    boolean masked = random.nextInt(3) == 0;
    boolean biased = random.nextInt(3) == 0;
    ScoreStrides scores =
        new ScoreStrides(
            random.nextBoolean() ? 0 : (long) heads * queries * keys,
            random.nextBoolean() ? 0 : (long) queries * keys,
            random.nextBoolean() ? 0 : keys,
            random.nextInt(4) == 0 ? 0 : 1);
    int length = batch * heads * queries * keys;
    Shape shape =
        new Shape(
            batch,
            heads,
            queries,
            keys,
            d,
            q,
            k,
            v,
            out,
            masked ? scores : ScoreStrides.NONE,
            biased ? scores : ScoreStrides.NONE,
            queries <= keys && random.nextBoolean(),
            (float) (1 / Math.sqrt(d)));
    byte[] mask = masked ? new byte[length] : null;
    for (int i = 0; masked && i < length; i++) {
      mask[i] = (byte) (random.nextInt(4) == 0 ? 0 : 1);
    }
    return new Case(
        shape,
        CudaDevice.normal(random, length(q, batch, queries, heads, d)),
        CudaDevice.normal(random, length(k, batch, keys, heads, d)),
        CudaDevice.normal(random, length(v, batch, keys, heads, d)),
        mask,
        biased ? CudaDevice.normal(random, length) : null,
        CudaDevice.normal(random, length(out, batch, queries, heads, d)));
  }

  private static Strides strides(int heads, int tokens, int d, boolean tokenMajor, int packed) {
    long all = (long) packed * heads * d;
    return tokenMajor
        ? new Strides(tokens * all, d, all)
        : new Strides((long) heads * tokens * d, (long) tokens * d, d);
  }

  private static int length(Strides s, int batch, int tokens, int heads, int d) {
    return (int) ((batch - 1) * s.batch() + (heads - 1) * s.head() + (tokens - 1) * s.token() + d);
  }

  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void matchesFloat64(@ForAll long seed) {
    Random random = new Random(seed);
    Case c = draw(random, Integer.MAX_VALUE);
    AttentionOracle expected = new AttentionOracle(c.shape, c.q, c.k, c.v, c.mask, c.bias, c.dout);
    Attention attention = CudaDevice.backend().attention();
    Shape s = c.shape;
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), random.nextInt(16))) {
      long q = arrays.of(c.q).address();
      long k = arrays.of(c.k).address();
      long v = arrays.of(c.v).address();
      long mask = c.mask == null ? 0 : arrays.of(c.mask).address();
      long bias = c.bias == null ? 0 : arrays.of(c.bias).address();
      DeviceArrays.Array out = arrays.of(new float[c.dout.length]);
      DeviceArrays.Array lse = arrays.out(s.batch() * s.heads() * s.queries());
      attention.forward(s, q, k, v, mask, bias, out.address(), lse.address());
      check("out", expected.out, out.floats());
      Close.check("lse", expected.lse, lse.floats(), 1e-6, 2e-6);

      DeviceArrays.Array dq = arrays.of(new float[c.q.length]);
      DeviceArrays.Array dk = arrays.of(new float[c.k.length]);
      DeviceArrays.Array dv = arrays.of(new float[c.v.length]);
      DeviceArrays.Array db = arrays.of(new float[c.bias == null ? 0 : c.bias.length]);
      attention.backward(
          s,
          q,
          k,
          v,
          mask,
          bias,
          out.address(),
          lse.address(),
          arrays.of(c.dout).address(),
          dq.address(),
          dk.address(),
          dv.address(),
          c.bias == null ? 0 : db.address());
      check("dq", expected.dq, dq.floats());
      check("dk", expected.dk, dk.floats());
      check("dv", expected.dv, dv.floats());
      check("dbias", expected.dbias, db.floats());

      DeviceArrays.Array weights = arrays.out(expected.weights.length);
      attention.weights(s, q, k, mask, bias, weights.address());
      Close.check("weights", expected.weights, weights.floats(), 1e-5, 1e-7);
    }
  }

  static void check(String what, AttentionOracle.Sum expected, float[] actual) {
    for (int i = 0; i < actual.length; i++) {
      // Weights inherit the rounding of scores: some tens of units in the last place.
      double tolerance = 64 * 0x1p-24 * expected.magnitude()[i];
      Close.check(what + "[" + i + "]", expected.value()[i], actual[i], 0, tolerance);
    }
  }

  /**
   * Each query alone, against only the keys it may see, as decoding with a cache computes it: by
   * other kernels, and for long caches cut into parts.
   */
  @Property(tries = 25, edgeCases = EdgeCasesMode.NONE)
  void causalAttentionIsCachedDecodingBitForBit(@ForAll long seed) {
    Random random = new Random(seed);
    Case c;
    do {
      c = draw(random, Integer.MAX_VALUE);
    } while (c.shape.queries() > c.shape.keys());
    Shape s = c.shape;
    Attention attention = CudaDevice.backend().attention();
    try (DeviceArrays arrays = new DeviceArrays(CudaDevice.backend(), 0)) {
      long q = arrays.of(c.q).address();
      long k = arrays.of(c.k).address();
      long v = arrays.of(c.v).address();
      DeviceArrays.Array all = arrays.of(new float[c.dout.length]);
      DeviceArrays.Array single = arrays.of(new float[c.dout.length]);
      attention.forward(plain(s, s.queries(), s.keys(), true), q, k, v, 0, 0, all.address(), 0);
      for (long i = 0; i < s.queries(); i++) {
        Shape one = plain(s, 1, s.keys() - s.queries() + i + 1, i % 2 == 0);
        long to = single.address() + 4 * i * s.out().token();
        attention.forward(one, q + 4 * i * s.q().token(), k, v, 0, 0, to, 0);
      }
      assertArrayEquals(all.bits(), single.bits(), s.toString());
    }
  }

  private static Shape plain(Shape s, long queries, long keys, boolean causal) {
    return new Shape(
        s.batch(),
        s.heads(),
        queries,
        keys,
        s.headDim(),
        s.q(),
        s.k(),
        s.v(),
        s.out(),
        ScoreStrides.NONE,
        ScoreStrides.NONE,
        causal,
        s.scale());
  }
}
