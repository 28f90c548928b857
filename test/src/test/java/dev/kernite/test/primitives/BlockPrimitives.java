package dev.kernite.test.primitives;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** {@code block.cu}, after the CUDA C++ Programming Guide and the PTX ISA's cp.async. */
final class BlockPrimitives {
  private BlockPrimitives() {}

  static List<Primitive> all() {
    return List.of(barrier(), namedBarrier(), atomics(), copy());
  }

  private static Primitive barrier() {
    int n = 256;
    int[] in = Primitives.words(n, 11);
    int[] v = in.clone();
    for (int round = 0; round < 8; round++) {
      int[] s = v.clone();
      for (int t = 0; t < n; t++) {
        v[t] = v[t] * 1664525 + s[(7 * t + 31 * round + 13) % n];
      }
    }
    int[] out = Arrays.copyOf(v, 4 * n);
    Arrays.fill(out, n, 2 * n, (int) Arrays.stream(v).filter(w -> (w & 1) != 0).count());
    Arrays.fill(out, 2 * n, 3 * n, Arrays.stream(v).anyMatch(w -> (w & 0xff) == 0) ? 1 : 0);
    Arrays.fill(out, 3 * n, 4 * n, Arrays.stream(v).allMatch(w -> w != 0) ? 1 : 0);
    return primitive("block_barrier", n, in, out);
  }

  private static Primitive namedBarrier() {
    int n = 256;
    int[] in = Primitives.words(n, 14);
    int[] v = in.clone();
    for (int round = 0; round < 4; round++) {
      int[] s = v.clone();
      for (int t = 0; t < n; t++) {
        v[t] = v[t] * 1664525 + s[t / 64 * 64 + (7 * t + 33 + round) % 64];
      }
    }
    for (int round = 0; round < 3; round++) {
      int[] mail = Arrays.copyOf(v, n / 2);
      for (int t = 0; t < n; t++) {
        v[t] = t < n / 2 ? v[t] + 0x9e3779b9 : v[t] * 1664525 + mail[(5 * t + round) % 128];
      }
    }
    return primitive("named_barrier", n, in, v);
  }

  private static Primitive atomics() {
    int n = 256;
    int[] in = Primitives.words(n, 12);
    int[] out = new int[12 + n];
    out[1] = -1;
    out[7] = 1;
    out[9] = -1;
    out[11] = -1;
    for (int t = 0; t < n; t++) {
      int v = in[t];
      out[0] += v;
      out[1] &= v | ~(1 << t);
      out[2] |= v & 1 << t;
      out[3] = unsignedMax(out[3], v);
      out[4] = Math.min(out[4], v);
      out[5] = Math.max(out[5], v);
      out[6]++;
      out[7] *= v | 1;
      out[8] += v >>> 3;
      out[9] = Integer.compareUnsigned(out[9], v) < 0 ? out[9] : v;
      out[10] = unsignedMax(out[10], v ^ 0x5555);
      out[11] -= v >>> 5;
      out[12 + t] = 1;
    }
    return primitive("atomics", n, in, out);
  }

  private static int unsignedMax(int a, int b) {
    return Integer.compareUnsigned(a, b) > 0 ? a : b;
  }

  private static Primitive copy() {
    int threads = 128;
    int[] in = Primitives.words(1408, 13);
    ByteBuffer bytes = ByteBuffer.allocate(4 * in.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(in);
    int begin = 0;
    for (int size = 4; size <= 16; size *= 2) {
      for (int t = 0; t < threads; t++) {
        for (int i = t % (size + 1); i < size; i++) {
          bytes.put(begin + size * t + i, (byte) 0);
        }
      }
      begin += size * threads;
    }
    int[] out = new int[in.length];
    bytes.asIntBuffer().get(out);
    return primitive("copy", threads, in, out);
  }

  private static Primitive primitive(String name, int threads, int[] in, int[] out) {
    return new Primitive("primitives/block", name, 1, threads, in, new Expected.Bits(out));
  }
}
