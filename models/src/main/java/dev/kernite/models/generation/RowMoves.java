package dev.kernite.models.generation;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows exchanged in place: single copies in an order in which none overwrites what another still
 * needs. A row that stays where it is costs nothing; a cycle of rows costs one more copy, through a
 * spare row.
 *
 * @param moves the copies, in order
 */
record RowMoves(List<Move> moves) {
  /** The spare row. */
  static final int SPARE = -1;

  /** Row {@code from} is copied over row {@code to}. */
  record Move(int from, int to) {}

  /**
   * Plans an exchange.
   *
   * @param from the row whose contents row r is to get, for each r
   */
  static RowMoves of(int[] from) {
    int[] source = from.clone();
    int[] readers = new int[from.length]; // rows still to be filled from each row
    int pending = 0;
    for (int r = 0; r < source.length; r++) {
      if (source[r] != r) {
        readers[source[r]]++;
        pending++;
      }
    }
    List<Move> moves = new ArrayList<>();
    while (pending > 0) {
      int free = unread(source, readers);
      if (free >= 0) {
        moves.add(new Move(source[free], free));
        if (source[free] != SPARE) {
          readers[source[free]]--;
        }
        source[free] = free;
        pending--;
      } else { // only cycles are left, in which each row has one reader
        int row = anyPending(source);
        moves.add(new Move(row, SPARE));
        readers[row] = 0;
        for (int r = 0; r < source.length; r++) {
          source[r] = source[r] == row ? SPARE : source[r];
        }
      }
    }
    return new RowMoves(moves);
  }

  /** A row to be filled that no other row is to be filled from, or -1. */
  private static int unread(int[] source, int[] readers) {
    for (int r = 0; r < source.length; r++) {
      if (source[r] != r && readers[r] == 0) {
        return r;
      }
    }
    return -1;
  }

  private static int anyPending(int[] source) {
    int r = 0;
    while (source[r] == r) {
      r++;
    }
    return r;
  }
}
