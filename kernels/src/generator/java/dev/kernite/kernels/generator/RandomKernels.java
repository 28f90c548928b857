package dev.kernite.kernels.generator;

import java.util.List;
import java.util.function.BiFunction;

/**
 * Philox streams, a block of four words in each 64-bit lane (see {@code Philox} for the generator);
 * two vectors of values come out of each round.
 */
final class RandomKernels {
  private static final int ROUNDS = 10;

  private final Code body = new Code();

  private RandomKernels() {}

  static String source() {
    RandomKernels kernels = new RandomKernels();
    kernels.add(
        "uniform",
        "Values from low to below high, {@code out[i] = min(low + (high - low) u, below)}.",
        "long out, float low, float high, float below",
        "out",
        (u, at) -> u.times("high - low").plus("low").min("below"));
    kernels.add(
        "dropout",
        "{@code y[i] = u < p ? 0 : x[i] / (1 - p)}.",
        "long x, long y, float p",
        "y",
        (u, at) -> Vec.load("x + " + at).over("1 - p").where(u.below("p"), 0));
    Code code = new Code();
    code.doc(
        """
        Philox streams over whole vectors of blocks: elements from to to - 1, both multiples of
        BLOCK_VALUES. The operations on values are exact, so the bits are the plain twin's.""");
    code.open("final class RandomKernels");
    constants(code);
    return code.include(kernels.body.toString()).close().toString();
  }

  private static void constants(Code code) {
    code.line("private static final VectorSpecies<Long> L = LongVector.SPECIES_PREFERRED;");
    code.line("private static final int BLOCKS = L.length();");
    code.line("");
    code.line("/** Values of the blocks that are computed together. */");
    code.line("static final int BLOCK_VALUES = 4 * BLOCKS;");
    code.line("");
    String shuffle = "private static final VectorShuffle<Long> %s = VectorShuffle.fromOp(L, %s);";
    code.line(shuffle, "LOWER", "lane -> lane / 2");
    code.line(shuffle, "UPPER", "lane -> (lane + BLOCKS) / 2");
    code.line(
        "private static final VectorMask<Long> ODD = "
            + "VectorMask.fromLong(L, 0xAAAA_AAAA_AAAA_AAAAL);");
    code.line("private static final long LOW = 0xFFFF_FFFFL;");
    code.line("");
    code.line("private RandomKernels() {}");
  }

  private void add(
      String name,
      String doc,
      String parameters,
      String output,
      BiFunction<Vec, String, Vec> value) {
    body.line("");
    body.doc(doc);
    body.method("static void %s(%s, long from, long to, long seed, long offset)", name, parameters);
    body.open("for (long at = from; at < to; at += BLOCK_VALUES)");
    rounds();
    // Words 0 and 1 of a block share a lane, then words 2 and 3; then lanes alternate.
    body.line("LongVector first = c0.or(c1.lanewise(LSHL, 32));");
    body.line("LongVector second = c2.or(c3.lanewise(LSHL, 32));");
    for (String half : List.of("LOWER", "UPPER")) {
      String words = "first.rearrange(%1$s).blend(second.rearrange(%1$s), ODD)".formatted(half);
      String bits = words + ".reinterpretAsInts().lanewise(LSHR, 8)";
      Vec u = body.let("u", new Vec("((FloatVector) %s.convert(I2F, 0))".formatted(bits)));
      Vec uniform = body.let("uniform", u.times(0x1p-24f));
      String place = "4 * at" + (half.equals("LOWER") ? "" : " + BYTES");
      body.line(
          "%s.intoMemorySegment(ALL, %s + %s, LITTLE);",
          value.apply(uniform, place).code(), output, place);
    }
    body.close().close();
  }

  private void rounds() {
    body.line("LongVector counter = LongVector.broadcast(L, offset + at / 4).addIndex(1);");
    body.line("LongVector c0 = counter.and(LOW);");
    body.line("LongVector c1 = counter.lanewise(LSHR, 32);");
    body.line("LongVector c2 = LongVector.broadcast(L, 0);");
    body.line("LongVector c3 = LongVector.broadcast(L, 0);");
    body.line("long k0 = seed & LOW;");
    body.line("long k1 = seed >>> 32;");
    body.open("for (int round = 0; round < %d; round++)", ROUNDS);
    body.line("LongVector p0 = c0.mul(0xD251_1F53L);");
    body.line("LongVector p1 = c2.mul(0xCD9E_8D57L);");
    body.line("c0 = p1.lanewise(LSHR, 32).lanewise(XOR, c1).lanewise(XOR, k0);");
    body.line("c1 = p1.and(LOW);");
    body.line("c2 = p0.lanewise(LSHR, 32).lanewise(XOR, c3).lanewise(XOR, k1);");
    body.line("c3 = p0.and(LOW);");
    body.line("k0 = (k0 + 0x9E37_79B9L) & LOW;");
    body.line("k1 = (k1 + 0xBB67_AE85L) & LOW;");
    body.close();
  }
}
