package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.kernite.kernels.Attention.ScoreStrides;
import dev.kernite.kernels.Attention.Shape;
import dev.kernite.kernels.Attention.Strides;
import dev.kernite.kernels.cpu.CpuBackend;
import dev.kernite.kernels.cpu.CpuOptions;
import dev.kernite.kernels.cpu.CpuOptions.Twin;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Attention of any shape against float64, and against itself bit for bit. */
final class AttentionProperties {
  private static final long MOST_PRODUCTS = 2_000_000; // keeps the float64 oracle quick

  /** One call with its operands; mask and bias may be null. */
  record Case(
      Shape shape,
      float[] q,
      float[] k,
      float[] v,
      byte[] mask,
      float[] bias,
      float[] dout,
      int addressShift) {
    @Override
    public String toString() {
      return shape + (mask == null ? "" : " masked") + (bias == null ? "" : " biased");
    }
  }

  private record Result(float[] out, float[] lse, float[] dq, float[] dk, float[] dv, float[] db) {
    void checkSameBits(Result other, String what) {
      check(out, other.out, what + ": out");
      check(lse, other.lse, what + ": lse");
      check(dq, other.dq, what + ": dq");
      check(dk, other.dk, what + ": dk");
      check(dv, other.dv, what + ": dv");
      check(db, other.db, what + ": dbias");
    }

    private static void check(float[] expected, float[] actual, String what) {
      assertArrayEquals(bits(expected), bits(actual), what);
    }
  }

  @Provide
  Arbitrary<Case> cases() {
    // Around the edges of row groups (6), query tiles (48, 96), panels (16, 64), key blocks (256).
    Arbitrary<Integer> tokens =
        Arbitraries.of(
            1, 2, 3, 5, 6, 7, 8, 13, 16, 17, 47, 48, 49, 63, 64, 65, 95, 96, 97, 101, 130, 255, 256,
            257, 300, 513);
    Arbitrary<Integer> headDims = Arbitraries.of(1, 2, 3, 7, 8, 15, 16, 17, 33, 48, 63, 64, 65, 80);
    Arbitrary<boolean[]> flags = Arbitraries.of(true, false).array(boolean[].class).ofSize(10);
    return Combinators.combine(
            Arbitraries.of(1, 1, 2, 3),
            Arbitraries.of(1, 2, 3, 5),
            tokens,
            tokens,
            headDims,
            flags,
            Arbitraries.integers().between(0, 15),
            Arbitraries.longs())
        .filter(
            (batch, heads, queries, keys, headDim, f, shift, seed) ->
                (long) batch * heads * queries * keys * headDim <= MOST_PRODUCTS)
        .as(AttentionProperties::build);
  }

  /** Operands lie in one packed buffer a token, as [batch, tokens, 3, heads, headDim], or apart. */
  private static Case build(
      int batch,
      int heads,
      int queries,
      int keys,
      int headDim,
      boolean[] flags,
      int addressShift,
      long seed) {
    Random random = new Random(seed);
    boolean tokenMajor = flags[0];
    Strides q = strides(heads, queries, headDim, tokenMajor, 3);
    Strides k = strides(heads, keys, headDim, tokenMajor, 3);
    Strides v = flags[1] ? strides(heads, keys, headDim, !tokenMajor, 1) : k;
    Strides out = strides(heads, queries, headDim, flags[2], 1);
    boolean masked = flags[3];
    boolean biased = flags[4];
    ScoreStrides scores =
        new ScoreStrides(
            flags[5] ? 0 : (long) heads * queries * keys,
            flags[6] ? 0 : (long) queries * keys,
            flags[7] ? 0 : keys,
            flags[8] && flags[7] ? 0 : 1);
    int scoreLength = batch * heads * queries * keys; // enough for any of these strides
    Shape shape =
        new Shape(
            batch,
            heads,
            queries,
            keys,
            headDim,
            q,
            k,
            v,
            out,
            masked ? scores : ScoreStrides.NONE,
            biased ? scores : ScoreStrides.NONE,
            flags[9] && queries <= keys,
            (float) (1 / Math.sqrt(headDim)));
    byte[] mask = masked ? new byte[scoreLength] : null;
    for (int i = 0; masked && i < scoreLength; i++) {
      mask[i] = (byte) (random.nextInt(4) == 0 ? 0 : 1);
    }
    return new Case(
        shape,
        normal(random, length(q, batch, queries, heads, headDim)),
        normal(random, length(k, batch, keys, heads, headDim)),
        normal(random, length(v, batch, keys, heads, headDim)),
        mask,
        biased ? normal(random, scoreLength) : null,
        normal(random, length(out, batch, queries, heads, headDim)),
        addressShift);
  }

  private static Strides strides(
      int heads, int tokens, int headDim, boolean tokenMajor, int packed) {
    long all = (long) packed * heads * headDim;
    return tokenMajor
        ? new Strides(tokens * all, headDim, all)
        : new Strides((long) heads * tokens * headDim, (long) tokens * headDim, headDim);
  }

  private static int length(Strides s, int batch, int tokens, int heads, int headDim) {
    return (int)
        ((batch - 1) * s.batch() + (heads - 1) * s.head() + (tokens - 1) * s.token() + headDim);
  }

  private static float[] normal(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Result run(CpuBackend cpu, Case c) {
    try (Buffers b = new Buffers(c.addressShift)) {
      long q = b.of(c.q).address();
      long k = b.of(c.k).address();
      long v = b.of(c.v).address();
      long mask = c.mask == null ? 0 : b.of(c.mask).address();
      long bias = c.bias == null ? 0 : b.of(c.bias).address();
      Shape s = c.shape;
      Buffers.Array out = b.of(new float[c.dout.length]);
      Buffers.Array lse = b.out(s.batch() * s.heads() * s.queries());
      cpu.attention().forward(s, q, k, v, mask, bias, out.address(), lse.address());
      Buffers.Array dq = b.of(new float[c.q.length]);
      Buffers.Array dk = b.of(new float[c.k.length]);
      Buffers.Array dv = b.of(new float[c.v.length]);
      Buffers.Array db = b.of(new float[c.bias == null ? 0 : c.bias.length]);
      cpu.attention()
          .backward(
              s,
              q,
              k,
              v,
              mask,
              bias,
              out.address(),
              lse.address(),
              b.of(c.dout).address(),
              dq.address(),
              dk.address(),
              dv.address(),
              c.bias == null ? 0 : db.address());
      return new Result(
          out.floats(), lse.floats(), dq.floats(), dk.floats(), dv.floats(), db.floats());
    }
  }

  @Property(tries = 60)
  void matchesFloat64(@ForAll("cases") Case c) {
    AttentionOracle expected = new AttentionOracle(c.shape, c.q, c.k, c.v, c.mask, c.bias, c.dout);
    for (CpuBackend cpu : Cpus.twins()) {
      Result actual = run(cpu, c);
      check("out", expected.out, actual.out);
      Close.check("lse", expected.lse, actual.lse, 1e-6, 2e-6);
      check("dq", expected.dq, actual.dq);
      check("dk", expected.dk, actual.dk);
      check("dv", expected.dv, actual.dv);
      check("dbias", expected.dbias, actual.db);
    }
  }

  private static void check(String what, AttentionOracle.Sum expected, float[] actual) {
    for (int i = 0; i < actual.length; i++) {
      // Weights inherit the rounding of scores: some tens of units in the last place.
      double tolerance = 64 * 0x1p-24 * expected.magnitude()[i];
      Close.check(what + "[" + i + "]", expected.value()[i], actual[i], 0, tolerance);
    }
  }

  @Property(tries = 60)
  void twinsAndThreadCountsGiveTheSameBits(@ForAll("cases") Case c) {
    Result expected = run(Cpus.of(Twin.SCALAR, 1), c);
    for (CpuOptions.Twin twin : new Twin[] {Twin.SCALAR, Twin.VECTOR}) {
      for (int threads : Cpus.THREADS) {
        CpuBackend cpu = Cpus.of(twin, threads);
        expected.checkSameBits(run(cpu, c), cpu.description());
      }
    }
  }

  @Property(tries = 50)
  void weightsAreTheSoftmax(@ForAll("cases") Case c) {
    AttentionOracle expected = new AttentionOracle(c.shape, c.q, c.k, c.v, c.mask, c.bias, c.dout);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers(c.addressShift)) {
        Buffers.Array weights = b.out(expected.weights.length);
        cpu.attention()
            .weights(
                c.shape,
                b.of(c.q).address(),
                b.of(c.k).address(),
                c.mask == null ? 0 : b.of(c.mask).address(),
                c.bias == null ? 0 : b.of(c.bias).address(),
                weights.address());
        Close.check("weights", expected.weights, weights.floats(), 1e-5, 1e-7);
      }
    }
  }

  /**
   * Each query alone, against only the keys it may see, as decoding with a cache computes it. The
   * keys it may not see are not there at all.
   */
  @Property(tries = 60)
  void causalAttentionIsCachedDecodingBitForBit(@ForAll("cases") Case c) {
    Shape s = c.shape;
    if (s.queries() > s.keys() || c.mask != null || c.bias != null) {
      return;
    }
    Shape causal = shape(s, s.queries(), s.keys(), true);
    for (CpuBackend cpu : Cpus.twins()) {
      try (Buffers b = new Buffers()) {
        long q = b.of(c.q).address();
        long k = b.of(c.k).address();
        long v = b.of(c.v).address();
        Buffers.Array all = b.of(new float[c.dout.length]);
        cpu.attention().forward(causal, q, k, v, 0, 0, all.address(), 0);
        Buffers.Array single = b.of(new float[c.dout.length]);
        for (long i = 0; i < s.queries(); i++) {
          Shape one = shape(s, 1, s.keys() - s.queries() + i + 1, i % 2 == 0);
          long at = single.address() + 4 * i * s.out().token();
          cpu.attention().forward(one, q + 4 * i * s.q().token(), k, v, 0, 0, at, 0);
        }
        assertArrayEquals(all.bits(), single.bits(), cpu.description());
      }
    }
  }

  private static Shape shape(Shape s, long queries, long keys, boolean causal) {
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

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
