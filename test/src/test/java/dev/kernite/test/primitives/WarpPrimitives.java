package dev.kernite.test.primitives;

import java.util.ArrayList;
import java.util.List;

/** {@code warp.cu}, after the PTX ISA: shfl.sync, vote.sync, bar.warp.sync, popc, clz, mul.hi. */
final class WarpPrimitives {
  private static final int WARP = 32;

  private WarpPrimitives() {}

  static List<Primitive> all() {
    return List.of(shuffle(), shuffleHalves(), vote(), warpBarrier(), bits());
  }

  private enum Mode {
    IDX,
    UP,
    DOWN,
    BFLY
  }

  /**
   * The lane that {@code shfl.sync} reads: the PTX ISA's program, with the operand {@code c} that
   * CUDA's headers make of a width.
   */
  private static int source(Mode mode, int lane, int b, int width) {
    int bval = b & 31;
    int segmask = WARP - width;
    int cval = mode == Mode.UP ? 0 : 31;
    int maxLane = lane & segmask | cval & ~segmask & 31;
    int minLane = lane & segmask;
    int j =
        switch (mode) {
          case UP -> lane - bval;
          case DOWN -> lane + bval;
          case BFLY -> lane ^ bval;
          case IDX -> minLane | bval & ~segmask;
        };
    boolean inRange = mode == Mode.UP ? j >= maxLane : j <= maxLane;
    return inRange ? j : lane;
  }

  private static Primitive shuffle() {
    int[] in = Primitives.words(64, 1);
    List<Integer> out = new ArrayList<>();
    for (int width : new int[] {32, 8, 2}) {
      for (int by : new int[] {5, 19, 33}) {
        for (Mode mode : Mode.values()) {
          for (int t = 0; t < in.length; t++) {
            int lane = t % WARP;
            int b = mode == Mode.IDX ? t + by : by;
            out.add(in[t - lane + source(mode, lane, b, width)]);
          }
        }
      }
    }
    return primitive("shuffle", in.length, in, out.stream().mapToInt(i -> i).toArray());
  }

  private static Primitive shuffleHalves() {
    int[] in = Primitives.words(128, 2);
    int[] out = new int[128];
    for (int t = 0; t < 64; t++) {
      int lane = t % WARP;
      int from = t - lane + source(lane < 16 ? Mode.DOWN : Mode.BFLY, lane, lane < 16 ? 3 : 6, 16);
      out[t] = in[from];
      out[64 + t] = in[64 + from];
    }
    return primitive("shuffle_halves", 64, in, out);
  }

  private static Primitive vote() {
    int[] in = Primitives.words(128, 3);
    for (int t = 0; t < WARP; t++) {
      in[WARP + t] |= 1; // a warp where all agree, and one where none does
      in[2 * WARP + t] &= ~1;
    }
    int[] out = new int[512];
    for (int t = 0; t < 128; t++) {
      int ballot = 0;
      for (int lane = 0; lane < WARP; lane++) {
        ballot |= (in[t / WARP * WARP + lane] & 1) << lane;
      }
      out[t] = ballot;
      out[128 + t] = ballot != 0 ? 1 : 0;
      out[256 + t] = ballot == -1 ? 1 : 0;
      out[384 + t] = ballot & (t % 2 == 0 ? 0x55555555 : 0xaaaaaaaa);
    }
    return primitive("vote", 128, in, out);
  }

  private static Primitive warpBarrier() {
    int[] in = Primitives.words(64, 4);
    int[] v = in.clone();
    for (int round = 0; round < 8; round++) {
      int[] s = v.clone();
      for (int t = 0; t < v.length; t++) {
        v[t] = v[t] * 1664525 + s[t / WARP * WARP + (5 * t + round) % WARP];
      }
    }
    return primitive("warp_barrier", 64, in, v);
  }

  private static Primitive bits() {
    int n = 128;
    int[] in = Primitives.words(2 * n, 5);
    for (int t = 0; t < 33; t++) {
      in[t] = t == 32 ? 0 : in[t] >>> t; // every number of leading zeros
      in[n + t] = t % 2 == 0 ? 0 : in[n + t];
    }
    int[] out = new int[7 * n];
    for (int t = 0; t < n; t++) {
      int a = in[t];
      int b = in[n + t];
      long both = (long) b << 32 | a & 0xffffffffL;
      out[t] = Integer.bitCount(a);
      out[n + t] = a == 0 ? 0 : Integer.numberOfTrailingZeros(a) + 1;
      out[2 * n + t] = Integer.numberOfLeadingZeros(a);
      out[3 * n + t] = Long.bitCount(both);
      out[4 * n + t] = Long.numberOfLeadingZeros(both);
      out[5 * n + t] = (int) ((a & 0xffffffffL) * (b & 0xffffffffL) >>> 32);
      out[6 * n + t] = (int) ((long) a * b >> 32);
    }
    return primitive("bits", n, in, out);
  }

  private static Primitive primitive(String name, int threads, int[] in, int[] out) {
    return new Primitive("primitives/warp", name, 1, threads, in, new Expected.Bits(out));
  }
}
