package dev.kernite.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.kernels.MergedAxes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Walks larger than a kernel takes, and the divisions that kernels do by multiplication. */
final class WalkTest {
  private static final long FIRST_AXIS = 48;
  private static final long AXIS_BYTES = 40;

  /** One launch: first element's number and offsets, and the number of elements. */
  private record Piece(long position, long left, long right, long elements) {}

  private static List<Piece> pieces(long[] sizes, long[] left, long[] right) {
    List<Piece> pieces = new ArrayList<>();
    Walk.launch(
        MergedAxes.of(sizes, left, right),
        (walk, at, position) -> {
          assertTrue(walk.rows() <= Integer.MAX_VALUE, "rows " + walk.rows());
          pieces.add(new Piece(position, at[0], at[1], walk.rows() * walk.cols()));
        });
    return pieces;
  }

  @Test
  void moreRowsThanAnIntAreCutAlongTheOutermostAxis() {
    long rows = (5L << 30) + 3;
    List<Piece> pieces = pieces(new long[] {rows, 7}, new long[] {7, 1}, new long[] {1, 0});
    assertEquals(3, pieces.size());
    long next = 0;
    for (Piece piece : pieces) {
      assertEquals(next, piece.position);
      assertEquals(next, piece.left, "dense");
      assertEquals(next / 7, piece.right, "a value a row");
      next += piece.elements;
    }
    assertEquals(rows * 7, next);
  }

  @Test
  void moreAxesThanAKernelTakesAreCutToo() {
    int axes = 10;
    long[] sizes = new long[axes];
    long[] left = new long[axes];
    long[] right = new long[axes];
    long total = 1;
    for (int axis = 0; axis < axes; axis++) {
      sizes[axis] = 2 + axis % 2;
      left[axis] = 1L << 4 * axis; // ascending: nothing merges
      right[axis] = 1L << 4 * (axes - axis);
      total *= sizes[axis];
    }
    long next = 0;
    for (Piece piece : pieces(sizes, left, right)) {
      assertEquals(next, piece.position);
      assertEquals(offset(next, sizes, left), piece.left);
      assertEquals(offset(next, sizes, right), piece.right);
      next += piece.elements;
    }
    assertEquals(total, next);
  }

  private static long offset(long number, long[] sizes, long[] strides) {
    long offset = 0;
    long rest = number;
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      offset += rest % sizes[axis] * strides[axis];
      rest /= sizes[axis];
    }
    return offset;
  }

  @Test
  void nothingIsLaunchedForNothing() {
    assertTrue(pieces(new long[] {3, 0, 2}, new long[3], new long[3]).isEmpty());
  }

  @Test
  void rowNumbersAreDividedExactly() {
    Random random = new Random(3);
    for (int round = 0; round < 3000; round++) {
      int bits = 2 + random.nextInt(29);
      long size = Math.max(2, random.nextLong(1L << bits));
      MemorySegment[] struct = new MemorySegment[1];
      Walk.launch(
          MergedAxes.of(new long[] {size, 2}, new long[] {5, 1}),
          (walk, _, _) -> struct[0] = walk.struct());
      long at = FIRST_AXIS + AXIS_BYTES - 16;
      assertEquals(size, struct[0].get(ValueLayout.JAVA_INT, at));
      long magic = Integer.toUnsignedLong(struct[0].get(ValueLayout.JAVA_INT, at + 4));
      int shift = struct[0].get(ValueLayout.JAVA_INT, at + 8);
      long edge = size * random.nextLong(Math.max(1, Integer.MAX_VALUE / size));
      for (long n :
          new long[] {0, 1, edge, edge + size - 1, Integer.MAX_VALUE, random.nextInt(1 << 30)}) {
        long quotient = ((n * magic >>> 32) + n) >>> shift;
        assertEquals(n / size, quotient, n + " / " + size);
      }
    }
  }
}
