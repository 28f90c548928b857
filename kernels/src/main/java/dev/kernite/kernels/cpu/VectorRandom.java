package dev.kernite.kernels.cpu;

import static dev.kernite.kernels.cpu.Lanes.BYTES;
import static dev.kernite.kernels.cpu.Lanes.S;
import static dev.kernite.kernels.cpu.RawMemory.ALL;
import static dev.kernite.kernels.cpu.RawMemory.LITTLE;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.XOR;

import dev.kernite.kernels.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Philox streams on vectors, a block of four words in each 64-bit lane (see {@link
 * dev.kernite.kernels.Philox} for the generator); two vectors of values come out of each round. The
 * operations on values are exact, so all bits are the plain twin's, which also writes the ends.
 * Normal values, drawn once when a model is made, are its own.
 */
final class VectorRandom implements Random {
  private static final VectorSpecies<Long> L = LongVector.SPECIES_PREFERRED;
  private static final int BLOCKS = L.length();
  private static final VectorShuffle<Long> LOWER = VectorShuffle.fromOp(L, lane -> lane / 2);
  private static final VectorShuffle<Long> UPPER =
      VectorShuffle.fromOp(L, lane -> (lane + BLOCKS) / 2);
  private static final VectorMask<Long> ODD = VectorMask.fromLong(L, 0xAAAA_AAAA_AAAA_AAAAL);

  private static final long LOW = 0xFFFF_FFFFL;
  private static final long MULTIPLIER_0 = 0xD251_1F53L;
  private static final long MULTIPLIER_1 = 0xCD9E_8D57L;
  private static final long WEYL_0 = 0x9E37_79B9L;
  private static final long WEYL_1 = 0xBB67_AE85L;
  private static final float ULP = 0x1p-24f;

  private final Workers workers;
  private final ScalarRandom plain;

  VectorRandom(Workers workers) {
    this.workers = workers;
    this.plain = new ScalarRandom(workers);
  }

  @Override
  public void uniform(long out, long n, float low, float high, long seed, long offset) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long whole = to - (to - from) % (4 * BLOCKS);
          uniform(out, from, whole, low, high, seed, offset);
          ScalarRandom.uniformRange(out, whole, to, low, high, seed, offset);
        });
  }

  private static void uniform(
      long out, long from, long to, float low, float high, long seed, long offset) {
    float below = ScalarRandom.below(low, high);
    for (long at = from; at < to; at += 4 * BLOCKS) {
      LongVector counter = LongVector.broadcast(L, offset + at / 4).addIndex(1);
      LongVector c0 = counter.and(LOW);
      LongVector c1 = counter.lanewise(LSHR, 32);
      LongVector c2 = LongVector.broadcast(L, 0);
      LongVector c3 = LongVector.broadcast(L, 0);
      long k0 = seed & LOW;
      long k1 = seed >>> 32;
      for (int round = 0; round < 10; round++) {
        LongVector p0 = c0.mul(MULTIPLIER_0);
        LongVector p1 = c2.mul(MULTIPLIER_1);
        c0 = p1.lanewise(LSHR, 32).lanewise(XOR, c1).lanewise(XOR, k0);
        c1 = p1.and(LOW);
        c2 = p0.lanewise(LSHR, 32).lanewise(XOR, c3).lanewise(XOR, k1);
        c3 = p0.and(LOW);
        k0 = (k0 + WEYL_0) & LOW;
        k1 = (k1 + WEYL_1) & LOW;
      }
      // Words 0 and 1 of a block share a lane, then words 2 and 3; then lanes alternate.
      LongVector first = c0.or(c1.lanewise(LSHL, 32));
      LongVector second = c2.or(c3.lanewise(LSHL, 32));
      FloatVector u =
          ((FloatVector)
                  first
                      .rearrange(LOWER)
                      .blend(second.rearrange(LOWER), ODD)
                      .reinterpretAsInts()
                      .lanewise(LSHR, 8)
                      .convert(VectorOperators.I2F, 0))
              .mul(ULP);
      FloatVector v =
          ((FloatVector)
                  first
                      .rearrange(UPPER)
                      .blend(second.rearrange(UPPER), ODD)
                      .reinterpretAsInts()
                      .lanewise(LSHR, 8)
                      .convert(VectorOperators.I2F, 0))
              .mul(ULP);
      u.mul(high - low).add(low).min(below).intoMemorySegment(ALL, out + 4 * at, LITTLE);
      v.mul(high - low).add(low).min(below).intoMemorySegment(ALL, out + 4 * at + BYTES, LITTLE);
    }
  }

  @Override
  public void normal(long out, long n, float mean, float std, long seed, long offset) {
    plain.normal(out, n, mean, std, seed, offset);
  }

  @Override
  public void dropout(long x, long y, long n, float p, long seed, long offset) {
    Chunks.run(
        workers,
        n,
        (from, to) -> {
          long whole = to - (to - from) % (4 * BLOCKS);
          dropout(x, y, from, whole, p, seed, offset);
          ScalarRandom.dropoutRange(x, y, whole, to, p, seed, offset);
        });
  }

  private static void dropout(long x, long y, long from, long to, float p, long seed, long offset) {
    for (long at = from; at < to; at += 4 * BLOCKS) {
      LongVector counter = LongVector.broadcast(L, offset + at / 4).addIndex(1);
      LongVector c0 = counter.and(LOW);
      LongVector c1 = counter.lanewise(LSHR, 32);
      LongVector c2 = LongVector.broadcast(L, 0);
      LongVector c3 = LongVector.broadcast(L, 0);
      long k0 = seed & LOW;
      long k1 = seed >>> 32;
      for (int round = 0; round < 10; round++) {
        LongVector p0 = c0.mul(MULTIPLIER_0);
        LongVector p1 = c2.mul(MULTIPLIER_1);
        c0 = p1.lanewise(LSHR, 32).lanewise(XOR, c1).lanewise(XOR, k0);
        c1 = p1.and(LOW);
        c2 = p0.lanewise(LSHR, 32).lanewise(XOR, c3).lanewise(XOR, k1);
        c3 = p0.and(LOW);
        k0 = (k0 + WEYL_0) & LOW;
        k1 = (k1 + WEYL_1) & LOW;
      }
      // Words 0 and 1 of a block share a lane, then words 2 and 3; then lanes alternate.
      LongVector first = c0.or(c1.lanewise(LSHL, 32));
      LongVector second = c2.or(c3.lanewise(LSHL, 32));
      FloatVector u =
          ((FloatVector)
                  first
                      .rearrange(LOWER)
                      .blend(second.rearrange(LOWER), ODD)
                      .reinterpretAsInts()
                      .lanewise(LSHR, 8)
                      .convert(VectorOperators.I2F, 0))
              .mul(ULP);
      FloatVector v =
          ((FloatVector)
                  first
                      .rearrange(UPPER)
                      .blend(second.rearrange(UPPER), ODD)
                      .reinterpretAsInts()
                      .lanewise(LSHR, 8)
                      .convert(VectorOperators.I2F, 0))
              .mul(ULP);
      fromMemorySegment(S, ALL, x + 4 * at, LITTLE)
          .div(1 - p)
          .blend(0f, u.compare(LT, p))
          .intoMemorySegment(ALL, y + 4 * at, LITTLE);
      fromMemorySegment(S, ALL, x + 4 * at + BYTES, LITTLE)
          .div(1 - p)
          .blend(0f, v.compare(LT, p))
          .intoMemorySegment(ALL, y + 4 * at + BYTES, LITTLE);
    }
  }
}
