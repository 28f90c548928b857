package dev.kernite.models.checkpoint;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Turns a matrix over: columns become rows. */
final class Transposition {
  /** Side of a square that is turned at a time: its rows and its columns fit the nearest cache. */
  private static final long TILE = 32;

  private Transposition() {}

  /** Copies a number from a byte offset to another. */
  private interface Move {
    void move(long from, long to);
  }

  /**
   * Writes the transpose.
   *
   * @param from [rows, columns], at any alignment
   * @param width bytes of a number: 1, 2, 4 or 8
   * @param to [columns, rows]
   */
  static void transpose(MemorySegment from, long rows, long columns, int width, MemorySegment to) {
    Move move = mover(from, width, to);
    for (long r = 0; r < rows; r += TILE) {
      for (long c = 0; c < columns; c += TILE) {
        for (long row = r; row < Math.min(rows, r + TILE); row++) {
          for (long column = c; column < Math.min(columns, c + TILE); column++) {
            move.move((row * columns + column) * width, (column * rows + row) * width);
          }
        }
      }
    }
  }

  private static Move mover(MemorySegment from, int width, MemorySegment to) {
    return switch (width) {
      case 1 -> (f, t) -> to.set(JAVA_BYTE, t, from.get(JAVA_BYTE, f));
      case 2 -> (f, t) -> to.set(JAVA_SHORT_UNALIGNED, t, from.get(JAVA_SHORT_UNALIGNED, f));
      case 4 -> (f, t) -> to.set(JAVA_INT_UNALIGNED, t, from.get(JAVA_INT_UNALIGNED, f));
      case 8 -> (f, t) -> to.set(JAVA_LONG_UNALIGNED, t, from.get(JAVA_LONG_UNALIGNED, f));
      default -> throw new IllegalArgumentException("numbers of " + width + " bytes");
    };
  }
}
