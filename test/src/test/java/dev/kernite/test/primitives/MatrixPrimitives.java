package dev.kernite.test.primitives;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code matrix.cu}, after the PTX ISA's ldmatrix and "Matrix Fragments for mma.m16n8k...". */
final class MatrixPrimitives {
  private static final int LANES = 32;
  private static final int ROWS = 16;
  private static final int COLUMNS = 8;
  private static final int ACCUMULATORS = 4;

  /** Products a kind: the first of small integers, whose sums are exact in any order. */
  private static final int PRODUCTS = 4;

  private static final int EXACT_PRODUCTS = 2;

  private MatrixPrimitives() {}

  static List<Primitive> all() {
    List<Primitive> all = new ArrayList<>();
    all.add(ldmatrix());
    for (Element element : Element.values()) {
      for (int halves = 2; halves >= 1; halves--) {
        all.add(product(element, halves));
      }
    }
    return all;
  }

  private static Primitive ldmatrix() {
    int[] in = Primitives.words(128, 21); // 32 rows of 8 halves
    int[] out = new int[448];
    int at = 0;
    for (int matrices = 1; matrices <= 4; matrices *= 2) {
      for (int m = 0; m < matrices; m++) {
        for (int lane = 0; lane < LANES; lane++) {
          int row = lane / 4;
          int column = lane % 4 * 2;
          out[at + m * LANES + lane] = pair(half(in, m, row, column), half(in, m, row, column + 1));
          out[at + (matrices + m) * LANES + lane] =
              pair(half(in, m, column, row), half(in, m, column + 1, row));
        }
      }
      at += 2 * matrices * LANES;
    }
    return new Primitive("primitives/matrix", "ldmatrix", 1, LANES, in, new Expected.Bits(out));
  }

  private static int half(int[] in, int matrix, int row, int column) {
    int word = in[(8 * matrix + row) * 4 + column / 2];
    return column % 2 == 0 ? word & 0xffff : word >>> 16;
  }

  private static int pair(int low, int high) {
    return low | high << 16;
  }

  /** The types of elements that mma multiplies, all summed in float32. */
  private enum Element {
    BF16(2),
    F16(2),
    TF32(1);

    /** Elements a register. */
    final int packed;

    Element(int packed) {
      this.packed = packed;
    }

    int bits(float value) {
      return switch (this) {
        case BF16 -> Float.floatToRawIntBits(value) >>> 16;
        case F16 -> Float.floatToFloat16(value) & 0xffff;
        case TF32 -> Float.floatToRawIntBits(value) & ~0x1fff;
      };
    }

    float value(int bits) {
      return switch (this) {
        case BF16 -> Float.intBitsToFloat(bits << 16);
        case F16 -> Float.float16ToFloat((short) bits);
        case TF32 -> Float.intBitsToFloat(bits);
      };
    }
  }

  private static Primitive product(Element element, int halves) {
    int depth = 4 * element.packed * halves;
    int words = LANES * (3 * halves + ACCUMULATORS);
    int[] in = new int[PRODUCTS * words];
    double[] values = new double[PRODUCTS * LANES * ACCUMULATORS];
    double[] bounds = new double[values.length];
    for (int p = 0; p < PRODUCTS; p++) {
      boolean exact = p < EXACT_PRODUCTS;
      int seed = 100 * element.ordinal() + 10 * halves + p;
      float[][] a = matrix(ROWS, depth, exact, seed + 1000);
      float[][] b = matrix(depth, COLUMNS, exact, seed + 2000);
      float[][] c = matrix(ROWS, COLUMNS, exact, seed + 3000);
      for (int lane = 0; lane < LANES; lane++) {
        int at = p * words + lane;
        for (int i = 0; i < 2 * halves * element.packed; i++) {
          int bits = element.bits(a[rowOfA(element, lane, i)][columnOfA(element, lane, i)]);
          in[at + i / element.packed * LANES] |= bits << i % element.packed * 16;
        }
        at += 2 * halves * LANES;
        for (int i = 0; i < halves * element.packed; i++) {
          int bits = element.bits(b[rowOfB(element, lane, i)][lane / 4]);
          in[at + i / element.packed * LANES] |= bits << i % element.packed * 16;
        }
        at += halves * LANES;
        for (int i = 0; i < ACCUMULATORS; i++) {
          int row = lane / 4 + i / 2 * 8;
          int column = lane % 4 * 2 + i % 2;
          in[at + i * LANES] = Float.floatToRawIntBits(c[row][column]);
          double sum = c[row][column];
          double sizes = Math.abs(sum);
          for (int k = 0; k < depth; k++) {
            double term =
                (double) element.value(element.bits(a[row][k]))
                    * element.value(element.bits(b[k][column]));
            sum += term;
            sizes += Math.abs(term);
          }
          int result = (p * ACCUMULATORS + i) * LANES + lane;
          values[result] = sum;
          bounds[result] = exact ? 0 : bound(depth, sizes);
        }
      }
    }
    String name = "mma_%s_k%d".formatted(element.name().toLowerCase(Locale.ROOT), depth);
    return new Primitive(
        "primitives/matrix", name, PRODUCTS, LANES, in, new Expected.Reals(values, bounds));
  }

  /**
   * How far a sum may be from the exact one. NVIDIA does not say in which order a tensor core adds,
   * nor how it rounds; it has been seen to cut the summands off at the 24th bit of the largest
   * (Fasi et al., Numerical behavior of NVIDIA tensor cores, 2021). That is an error of 2^-23 a
   * summand at most, and so is any order of ordinary additions.
   */
  private static double bound(int depth, double sizes) {
    return (depth + 1) * 0x1p-23 * sizes;
  }

  private static int rowOfA(Element element, int lane, int i) {
    return lane / 4 + i / element.packed % 2 * 8;
  }

  private static int columnOfA(Element element, int lane, int i) {
    return rowOfB(element, lane, i % element.packed + i / (2 * element.packed) * element.packed);
  }

  /** The row of B, and by the same rule the column of A, of a lane's i-th element. */
  private static int rowOfB(Element element, int lane, int i) {
    return element.packed == 2 ? lane % 4 * 2 + i % 2 + i / 2 * 8 : lane % 4 + i * 4;
  }

  /** Small integers, or floats of all bits from 2^-6 to 2^6. */
  private static float[][] matrix(int rows, int columns, boolean exact, int seed) {
    int[] words = Primitives.words(rows * columns, seed);
    float[][] matrix = new float[rows][columns];
    for (int i = 0; i < words.length; i++) {
      int w = words[i];
      matrix[i / columns][i % columns] =
          exact
              ? w % 16
              : Float.intBitsToFloat(w & 0x807fffff | 121 + (w >>> 23 & 0xff) % 12 << 23);
    }
    return matrix;
  }
}
