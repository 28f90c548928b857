package dev.kernite.test.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.Philox;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Philox against the known answers of Random123 ({@code tests/kat_vectors}) and basic statistics.
 */
final class PhiloxTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "00000000 00000000 00000000 00000000; 00000000 00000000; "
            + "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
        "ffffffff ffffffff ffffffff ffffffff; ffffffff ffffffff; "
            + "408f276d 41c83b0e a20bc7c6 6d5451fd",
        "243f6a88 85a308d3 13198a2e 03707344; a4093822 299f31d0; "
            + "d16cfe09 94fdcceb 5001e420 24126ea1"
      })
  void matchesRandom123(String counter, String key, String expected) {
    int[] c = words(counter);
    int[] k = words(key);
    int[] out = new int[4];
    Philox.block(join(k[0], k[1]), join(c[2], c[3]), join(c[0], c[1]), out);
    assertArrayEquals(words(expected), out);
  }

  @Test
  void wordIsTheElementOfItsBlock() {
    int[] out = new int[4];
    for (long index : new long[] {0, 1, 2, 3, 4, 4_294_967_295L * 4 + 3, 1L << 40}) {
      Philox.block(42, 7, index / 4, out);
      assertEquals(out[(int) (index % 4)], Philox.word(42, 7, index));
    }
  }

  @Test
  void uniformsCoverTheirIntervalsExactly() {
    assertEquals(0f, Philox.uniform(0));
    assertEquals(1f - 0x1p-24f, Philox.uniform(-1));
    assertEquals(0x1p-24f, Philox.uniformPositive(0));
    assertEquals(1f, Philox.uniformPositive(-1));
    assertEquals(0.5f, Philox.uniform(0x80000000));
    assertEquals(0.0, Philox.uniformDouble(0, 0));
    assertEquals(1 - 0x1p-53, Philox.uniformDouble(-1, -1));
    assertEquals(0x1p-32, Philox.uniformDouble(1, 0));
    assertEquals(0x1p-53, Philox.uniformDouble(0, 1 << 11));
  }

  @Test
  void normalsHaveTheMomentsOfTheStandardNormal() {
    int blocks = 100_000;
    double[] moment = new double[5];
    int[] w = new int[4];
    for (int b = 0; b < blocks; b++) {
      Philox.block(1234, 0, b, w);
      float[] z = {
        Philox.normalCos(w[0], w[1]),
        Philox.normalSin(w[0], w[1]),
        Philox.normalCos(w[2], w[3]),
        Philox.normalSin(w[2], w[3])
      };
      for (float v : z) {
        for (int p = 1; p <= 4; p++) {
          moment[p] += Math.pow(v, p);
        }
      }
    }
    // Five standard errors of the sample moments: sqrt((E z^2p - (E z^p)^2) / n).
    double n = 4.0 * blocks;
    assertNear(0, moment[1] / n, 5 * Math.sqrt(1 / n));
    assertNear(1, moment[2] / n, 5 * Math.sqrt(2 / n));
    assertNear(0, moment[3] / n, 5 * Math.sqrt(15 / n));
    assertNear(3, moment[4] / n, 5 * Math.sqrt(96 / n));
  }

  private static void assertNear(double expected, double actual, double tolerance) {
    assertTrue(
        Math.abs(expected - actual) <= tolerance, () -> "expected " + expected + ", got " + actual);
  }

  private static long join(int low, int high) {
    return (low & 0xFFFFFFFFL) | ((long) high << 32);
  }

  private static int[] words(String hex) {
    String[] parts = hex.trim().split(" ");
    int[] words = new int[parts.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = Integer.parseUnsignedInt(parts[i], 16);
    }
    return words;
  }
}
