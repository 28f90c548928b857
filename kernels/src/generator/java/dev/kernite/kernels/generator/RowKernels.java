package dev.kernite.kernels.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Kernels that walk once along a row of n values, of any number: a few vectors a step, which keep
 * as many independent sums, then single ones, the last of them masked.
 */
final class RowKernels {
  private final String className;
  private final String idea;
  private final Code body = new Code();

  RowKernels(String className, String idea) {
    this.className = className;
    this.idea = idea;
  }

  /** How values are folded into one: first lane by lane, then the lanes. */
  enum Fold {
    /** By halves: reduceLanes adds in one order when interpreted and in another when compiled. */
    SUM("0f"),
    /** Smallest, NaN if there is one. */
    MIN("Float.POSITIVE_INFINITY"),
    /** Largest, NaN if there is one. */
    MAX("Float.NEGATIVE_INFINITY"),
    /** Largest of what is not NaN: a third of the instructions of MAX. */
    LARGEST("Float.NEGATIVE_INFINITY");

    /** The fold of no values, in Java. */
    final String ofNothing;

    Fold(String ofNothing) {
      this.ofNothing = ofNothing;
    }

    /** Folds accumulators, none of which is NaN if the fold ignores NaN. */
    private Vec merge(Vec a, Vec b) {
      return switch (this) {
        case SUM -> a.plus(b);
        case MIN -> a.min(b);
        case MAX, LARGEST -> a.max(b);
      };
    }

    /** A Java expression for all lanes together. */
    private String lanes(Code code, Vec value) {
      if (this == LARGEST) {
        // As integers in the same order, of which the processor has a maximum: half the steps.
        code.line("IntVector bits = %s.reinterpretAsInts();", value.code());
        code.line("IntVector order = bits.lanewise(ASHR, 31).and(Integer.MAX_VALUE);");
        code.line("int largest = order.lanewise(XOR, bits).reduceLanes(MAX);");
        return "Float.intBitsToFloat(largest >> 31 & Integer.MAX_VALUE ^ largest)";
      }
      if (this != SUM) {
        return value.code() + ".reduceLanes(%s)".formatted(this == MIN ? "MIN" : "MAX");
      }
      Vec sum = code.let("total", value);
      for (int distance = 32; distance >= 1; distance /= 2) {
        code.open("if (LANES > %d)", distance);
        code.line("%1$s = %1$s.add(%1$s.rearrange(SWAP_%2$d));", sum.code(), distance);
        code.close();
      }
      return sum.code() + ".lane(0)";
    }
  }

  /** The vector of values that a kernel's body handles at one place of the row. */
  static final class Place {
    final Code code;
    private final int index; // of the vector within a step
    private final String mask; // of the lanes within the row, or null for all

    private Place(Code code, int index, String mask) {
      this.code = code;
      this.index = index;
      this.mask = mask;
    }

    private String at(String array) {
      String vector = index == 0 ? "" : index == 1 ? " + BYTES" : " + %d * BYTES".formatted(index);
      return "%s + 4 * i%s".formatted(array, vector);
    }

    /** The values of an array, kept in a variable; 0 beyond the row. */
    Vec load(String array) {
      Vec values = mask == null ? Vec.load(at(array)) : Vec.load(at(array), mask);
      return code.let(array + "0", values);
    }

    void store(String array, Vec value) {
      String masked = mask == null ? "" : ", " + mask;
      code.line("%s.intoMemorySegment(ALL, %s, LITTLE%s);", value.code(), at(array), masked);
    }

    /** Updates this place's accumulator; beyond the row it stays as it is. */
    void update(String accumulator, UnaryOperator<Vec> next) {
      Vec old = new Vec(accumulator + index);
      Vec updated = next.apply(old);
      if (mask != null) {
        updated = updated.orElse(old, new Vec.Test(mask));
      }
      code.line("%s = %s;", old.code(), updated.code());
    }

    void add(String sum, Vec value) {
      update(sum, value::plus);
    }

    /** Adds a product, rounded once. */
    void addProduct(String sum, Vec a, Vec b) {
      update(sum, old -> a.fma(b, old));
    }
  }

  /**
   * Adds a kernel that returns one folded value, its accumulator called {@code sum}.
   *
   * @param parameters of the method, in Java; the row's length is {@code long n}
   * @param step vectors a step
   */
  RowKernels fold(
      String name, String doc, String parameters, int step, Fold fold, Consumer<Place> body) {
    return kernel("float", name, doc, parameters, step, List.of("sum"), fold, body);
  }

  /**
   * Adds a kernel that adds up several values and stores the sums as floats, one after another, at
   * its parameter {@code long sums}.
   *
   * @param names of the accumulators
   */
  RowKernels sums(
      String name,
      String doc,
      String parameters,
      int step,
      List<String> names,
      Consumer<Place> body) {
    return kernel("void", name, doc, parameters, step, names, Fold.SUM, body);
  }

  /** Adds a kernel that only stores, a vector a step: the JIT unrolls such loops well. */
  RowKernels map(String name, String doc, String parameters, Consumer<Place> body) {
    return kernel("void", name, doc, parameters, 1, List.of(), Fold.SUM, body);
  }

  /**
   * Adds a kernel that only stores, for n a multiple of the vector length. Without a masked copy of
   * its body, a long one is still compiled by C1, which runs out of virtual registers early.
   */
  RowKernels wholeMap(String name, String doc, String parameters, Consumer<Place> body) {
    return method(
        doc,
        "static void %s(%s)".formatted(name, parameters),
        code -> {
          code.open("for (long i = 0; i < n; i += LANES)");
          body.accept(new Place(code, 0, null));
          code.close();
        });
  }

  /** Adds a kernel that walks in a way of its own. */
  RowKernels method(String doc, String signature, Consumer<Code> lines) {
    body.line("");
    body.doc(doc);
    body.method(signature);
    lines.accept(body);
    body.close();
    return this;
  }

  private RowKernels kernel(
      String type,
      String name,
      String doc,
      String parameters,
      int step,
      List<String> names,
      Fold fold,
      Consumer<Place> at) {
    body.line("");
    body.doc(doc);
    body.method("static %s %s(%s)", type, name, parameters);
    if (type.equals("float")) {
      body.nothingToDo("n == 0", "return %s;".formatted(fold.ofNothing));
    }
    for (String accumulator : names) {
      for (int v = 0; v < step; v++) {
        body.line("FloatVector %s%d = broadcast(S, %s);", accumulator, v, fold.ofNothing);
      }
    }
    body.line("long i = 0;");
    body.open("for (; i <= n - %1$d * LANES; i += %1$d * LANES)", step);
    for (int v = 0; v < step; v++) {
      at.accept(new Place(body, v, null));
    }
    body.close();
    body.open("for (; i < n; i += LANES)");
    String mask = body.fresh("inside");
    body.line("VectorMask<Float> %s = S.indexInRange(i, n);", mask);
    at.accept(new Place(body, 0, mask));
    body.close();
    List<String> results = new ArrayList<>();
    for (String accumulator : names) {
      results.add(fold.lanes(body, combined(accumulator, 0, step, fold)));
    }
    if (type.equals("float")) {
      body.line("return %s;", results.getFirst());
    } else {
      for (int r = 0; r < results.size(); r++) {
        body.line("ALL.set(FLOAT, sums + %d, %s);", 4 * r, results.get(r));
      }
    }
    body.close();
    return this;
  }

  /** The accumulators of all vectors of a step, pairwise. */
  private static Vec combined(String accumulator, int from, int count, Fold fold) {
    if (count == 1) { // onto a constant: see Vec on left operands
      return fold.merge(Vec.all(fold.ofNothing), new Vec(accumulator + from));
    }
    int half = count / 2;
    return fold.merge(
        combined(accumulator, from, half, fold),
        combined(accumulator, from + half, count - half, fold));
  }

  String className() {
    return className;
  }

  String source() {
    Code code = new Code();
    code.doc(idea).open("final class %s", className).line("private %s() {}", className);
    return code.include(body.toString()).close().toString();
  }
}
