package dev.kernite.kernels.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The vectors of this machine, sums across one, and room for the end of an array. */
final class Lanes {
  /** The widest vectors the machine computes with. */
  static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;

  /** The same vectors as integers. */
  static final VectorSpecies<Integer> I = S.withLanes(int.class);

  /** As many bytes as a vector has values, where there are vectors as short as that, else null. */
  static final VectorSpecies<Byte> B =
      S.length() < 8 ? null : VectorSpecies.of(byte.class, VectorShape.forBitSize(8 * S.length()));

  /** Values in a vector. */
  static final int LANES = S.length();

  /** Bytes in a vector. */
  static final long BYTES = S.vectorByteSize();

  static final VectorShuffle<Float> SWAP_1 = swap(1);
  static final VectorShuffle<Float> SWAP_2 = swap(2);
  static final VectorShuffle<Float> SWAP_4 = swap(4);
  static final VectorShuffle<Float> SWAP_8 = swap(8);
  static final VectorShuffle<Float> SWAP_16 = swap(16);
  static final VectorShuffle<Float> SWAP_32 = swap(32);

  /** The even lanes, twice; of which the second copy is the {@link #UPPER} half. */
  static final VectorShuffle<Float> EVENS = VectorShuffle.fromOp(S, lane -> 2 * lane % LANES);

  static final VectorMask<Float> UPPER = VectorMask.fromLong(S, -1L << LANES / 2);

  /** Each lane of a half of a vector twice. */
  static final VectorShuffle<Float> LOW_TWICE = VectorShuffle.fromOp(S, lane -> lane / 2);

  static final VectorShuffle<Float> HIGH_TWICE =
      VectorShuffle.fromOp(S, lane -> (LANES + lane) / 2);

  static final VectorMask<Float> EVEN_LANES = VectorMask.fromLong(S, 0x5555_5555_5555_5555L);

  private static final int PADS = 8;
  private static final ThreadLocal<MemorySegment> PADDING =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(PADS * BYTES, BYTES));

  private Lanes() {}

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(S, lane -> (lane ^ distance) % LANES);
  }

  /**
   * Sum of the lanes, by halves. (reduceLanes adds floats in one order when interpreted and in
   * another when compiled, so that the same call could give two results.)
   */
  static float sum(FloatVector v) {
    FloatVector sum = v;
    if (LANES > 32) {
      sum = sum.add(sum.rearrange(SWAP_32));
    }
    if (LANES > 16) {
      sum = sum.add(sum.rearrange(SWAP_16));
    }
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(SWAP_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(SWAP_4));
    }
    if (LANES > 2) {
      sum = sum.add(sum.rearrange(SWAP_2));
    }
    if (LANES > 1) {
      sum = sum.add(sum.rearrange(SWAP_1));
    }
    return sum.lane(0);
  }

  /** n without what does not fill a vector. */
  static long whole(long n) {
    return n - n % LANES;
  }

  /** Room for {@value #PADS} vectors, one of it for each thread. */
  static long padding() {
    return PADDING.get().address();
  }

  /** Copies {@code count} values into a vector's worth of room and fills it up. */
  static void pad(long from, long count, long room, float filler) {
    RawMemory.copy(from, room, 4 * count);
    for (long i = count; i < LANES; i++) {
      RawMemory.putFloat(room + 4 * i, filler);
    }
  }

  /** A kernel over n values, n a multiple of {@link #LANES}. */
  @FunctionalInterface
  interface Kernel1 {
    void run(long x, long y, long n);
  }

  /** A kernel of two inputs over n values, n a multiple of {@link #LANES}. */
  @FunctionalInterface
  interface Kernel2 {
    void run(long a, long b, long y, long n);
  }

  /** Runs a kernel over any n: the same lanes compute the end, in a padded copy. */
  static void map(Kernel1 kernel, long x, long y, long n) {
    long whole = whole(n);
    kernel.run(x, y, whole);
    if (whole < n) {
      long room = padding();
      long rest = n - whole;
      pad(x + 4 * whole, rest, room, 0);
      kernel.run(room, room + BYTES, LANES);
      RawMemory.copy(room + BYTES, y + 4 * whole, 4 * rest);
    }
  }

  /** Runs a kernel over any n: the same lanes compute the end, in a padded copy. */
  static void map(Kernel2 kernel, long a, long b, long y, long n) {
    long whole = whole(n);
    kernel.run(a, b, y, whole);
    if (whole < n) {
      long room = padding();
      long rest = n - whole;
      pad(a + 4 * whole, rest, room, 0);
      pad(b + 4 * whole, rest, room + BYTES, 0);
      kernel.run(room, room + BYTES, room + 2 * BYTES, LANES);
      RawMemory.copy(room + 2 * BYTES, y + 4 * whole, 4 * rest);
    }
  }
}
