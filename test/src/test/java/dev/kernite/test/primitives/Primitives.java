package dev.kernite.test.primitives;

import java.util.List;
import java.util.stream.Stream;

/** All primitives, and the words they are given. */
final class Primitives {
  static final List<Primitive> ALL =
      Stream.of(
              WarpPrimitives.all(),
              BlockPrimitives.all(),
              MatrixPrimitives.all(),
              MathPrimitives.all())
          .flatMap(List::stream)
          .toList();

  private Primitives() {}

  /**
   * Words with about as many ones as zeros, the same in every run: the finaliser of MurmurHash3.
   */
  static int[] words(int count, int seed) {
    int[] words = new int[count];
    for (int i = 0; i < count; i++) {
      int h = i * 0x9e3779b9 + seed;
      h = (h ^ h >>> 16) * 0x85ebca6b;
      h = (h ^ h >>> 13) * 0xc2b2ae35;
      words[i] = h ^ h >>> 16;
    }
    return words;
  }
}
