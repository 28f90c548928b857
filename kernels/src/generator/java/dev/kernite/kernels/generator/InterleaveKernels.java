package dev.kernite.kernels.generator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Kernels that interleave two to six rows, for vectors of 512 bits. 16 columns of them fill as many
 * vectors as there are rows; each of these is put together from the vectors that hold its values,
 * by selections from two at a time. An even number of rows is interleaved in pairs first, so that a
 * vector of the result needs half of each pair only: 18 selections for six rows, not 30.
 */
final class InterleaveKernels {
  private static final int LANES = 16;
  private static final int MOST_ROWS = 6;

  /** In place of a value: nothing that is wanted. */
  private static final int NONE = -1;

  private final Code code = new Code();

  /** Names of the lane numbers that selections go by, each list once. */
  private final Map<List<Integer>, String> selectors = new LinkedHashMap<>();

  private int vectors;

  private InterleaveKernels() {}

  /** A vector in a register, and which value each of its lanes holds: row + rows * column. */
  private record Held(String name, List<Integer> values) {}

  static String source() {
    return new InterleaveKernels().write();
  }

  private String write() {
    code.doc("Interleaves rows: value s of row r comes to place rows * s + r.");
    code.open("final class InterleaveKernels");
    code.line("private InterleaveKernels() {}");
    code.line("");
    code.doc(
        """
        Writes {@code target[at + rows * s + r] = source[r, s]} for r below rows and s below columns.

        @param rows 2 to 6
        @param sourceRow bytes from one row of the source to the next
        @param columns a multiple of 16""");
    code.method(
        "static void interleave("
            + "int rows, long source, long sourceRow, int columns, float[] target, int at)");
    code.open("switch (rows)");
    for (int rows = 2; rows <= MOST_ROWS; rows++) {
      String label = rows == MOST_ROWS ? "default" : "case " + rows;
      code.line("%s -> interleave%d(source, sourceRow, columns, target, at);", label, rows);
    }
    code.close().close();
    for (int rows = 2; rows <= MOST_ROWS; rows++) {
      kernel(rows);
    }
    code.line("");
    selectors.forEach(
        (lanes, name) ->
            code.line(
                "private static final int[] %s = {%s};",
                name, lanes.toString().replaceAll("[\\[\\]]", "")));
    return code.close().toString();
  }

  private void kernel(int rows) {
    code.line("");
    code.method(
        "private static void interleave%d("
            + "long source, long sourceRow, int columns, float[] target, int at)",
        rows);
    code.nothingToDo("columns == 0", "return;");
    for (int r = 2; r < rows; r++) {
      code.line("long row%d = %d * sourceRow;", r, r);
    }
    vectors = 0;
    Code body = new Code();
    List<Held> held = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      String at = r == 0 ? "source" : r == 1 ? "source + sourceRow" : "source + row" + r;
      body.line(
          "IntVector r%d = IntVector.fromMemorySegment(IntVector.SPECIES_512, ALL, %s, LITTLE);",
          r, at);
      int row = r;
      held.add(new Held("r" + r, lanes(s -> row + rows * s)));
    }
    Set<String> used = new LinkedHashSet<>();
    boolean paired = rows % 2 == 0;
    List<Held> low = paired ? pairs(body, used, held, 0) : held;
    List<Held> high = paired ? pairs(body, used, held, LANES / 2) : held;
    for (int v = 0; v < rows; v++) {
      int first = v * LANES;
      List<Held> from = v < rows / 2 ? low : high;
      Held result = from.getFirst();
      for (Held next : from.subList(1, from.size())) {
        result = select(body, used, result, next, lanes(i -> first + i));
      }
      body.line("%s.reinterpretAsFloats().intoArray(target, at + %d);", result.name, first);
    }
    for (String selector : used) {
      code.line(
          "IntVector %s = IntVector.fromArray(IntVector.SPECIES_512, %s, 0);",
          selector.toLowerCase(Locale.ROOT), selector);
    }
    code.open("for (int s = 0; s < columns; s += %d)", LANES);
    code.include(body.toString());
    code.line("source += %d;", LANES * Float.BYTES);
    code.line("at += %d;", LANES * rows);
    code.close();
    code.close();
  }

  /** Interleaves rows 0 and 1, 2 and 3 ... in 8 columns. */
  private List<Held> pairs(Code body, Set<String> used, List<Held> rows, int column) {
    List<Held> pairs = new ArrayList<>();
    for (int r = 0; r < rows.size(); r += 2) {
      int row = r;
      List<Integer> wanted = lanes(i -> row + i % 2 + rows.size() * (column + i / 2));
      pairs.add(select(body, used, rows.get(r), rows.get(r + 1), wanted));
    }
    return pairs;
  }

  /** Brings those of the wanted values that two vectors hold to their lanes. */
  private Held select(Code body, Set<String> used, Held one, Held other, List<Integer> wanted) {
    List<Integer> lanes = new ArrayList<>();
    List<Integer> values = new ArrayList<>();
    for (int value : wanted) {
      int inOne = one.values.indexOf(value);
      int inOther = other.values.indexOf(value);
      boolean held = inOne >= 0 || inOther >= 0;
      lanes.add(inOne >= 0 ? inOne : held ? LANES + inOther : 0);
      values.add(held ? value : NONE);
    }
    String selector = selectors.computeIfAbsent(lanes, _ -> "LANES" + selectors.size());
    used.add(selector);
    String name = "v" + ++vectors;
    body.line(
        "IntVector %s = %s.selectFrom(%s, %s);",
        name, selector.toLowerCase(Locale.ROOT), one.name, other.name);
    return new Held(name, values);
  }

  private static List<Integer> lanes(IntUnaryOperator value) {
    return IntStream.range(0, LANES).map(value).boxed().toList();
  }
}
