package dev.kernite.kernels.generator;

import java.util.List;
import java.util.function.Consumer;

/**
 * What batch normalisation does with the values of one channel: rows of n values, one a sample, all
 * operands alike. Rows are short, so that each kernel walks over many of them.
 */
final class BatchNormKernels {
  private static final String ROWS = "long row, int rows, long n";

  private BatchNormKernels() {}

  static RowKernels all() {
    return new RowKernels(
            "BatchNormKernels",
            "Passes of batch normalisation over rows of n values, {@code row} bytes apart.")
        .method(
            "Stores the sums of x - centre and of its squares.",
            "static void moments(long x, " + ROWS + ", float centre, long sums)",
            code ->
                sums(
                    code,
                    List.of("x"),
                    List.of("sum", "squares"),
                    mask -> {
                      Vec d = code.let("d", new Vec("x0").minus("centre"));
                      Vec distance = mask == null ? d : code.let("inner", d.orElse(ZERO, mask));
                      code.line("sum = %s.add(sum);", distance.code());
                      code.line("squares = %1$s.fma(%1$s, squares);", distance.code());
                    }))
        .method(
            "Stores the sums of dy and of dy (x - centre).",
            "static void gradientSums(long x, long dy, " + ROWS + ", float centre, long sums)",
            code ->
                sums(
                    code,
                    List.of("x", "dy"),
                    List.of("grad", "dot"),
                    mask -> {
                      code.line("grad = dy0.add(grad);");
                      code.line("dot = x0.sub(centre).fma(dy0, dot);");
                    }))
        .method(
            "y = (x - centre) scale + offset.",
            "static void normalise(long x, long y, "
                + ROWS
                + ", float centre, float scale, float offset)",
            code ->
                map(
                    code,
                    List.of("x"),
                    "y",
                    () -> new Vec("x0").minus("centre").fma("scale", "offset")))
        .method(
            "dx = (dy - meanGrad - (x - centre) slope) scale.",
            "static void gradient(long x, long dy, long dx, "
                + ROWS
                + ", float centre, float scale, float meanGrad, float slope)",
            code ->
                map(
                    code,
                    List.of("x", "dy"),
                    "dx",
                    () -> {
                      Vec through = new Vec("x0").minus("centre").times("slope");
                      return new Vec("dy0").minus("meanGrad").minus(through).times("scale");
                    }));
  }

  private static final Vec ZERO = Vec.all(0);

  /** Opens a loop over rows. */
  private static void forEachRow(Code code) {
    code.line("long whole = n - n % LANES;");
    code.line("VectorMask<Float> rest = S.indexInRange(whole, n);");
    code.open("for (int r = 0; r < rows; r++)");
  }

  private static void load(Code code, List<String> arrays, String index, String mask) {
    for (String array : arrays) {
      String at = "%s + r * row + 4 * %s".formatted(array, index);
      Vec values = mask == null ? Vec.load(at) : Vec.load(at, mask);
      code.line("FloatVector %s0 = %s;", array, values.code());
    }
  }

  /**
   * Adds values up.
   *
   * @param body adds a vector of each array to the accumulators, given the mask of what counts
   */
  private static void sums(
      Code code, List<String> arrays, List<String> accumulators, Consumer<Vec.Test> body) {
    code.nothingToDo("rows == 0", "return;");
    accumulators.forEach(name -> code.line("FloatVector %s = broadcast(S, 0f);", name));
    forEachRow(code);
    code.open("for (long i = 0; i < whole; i += LANES)");
    load(code, arrays, "i", null);
    body.accept(null);
    code.close();
    load(code, arrays, "whole", "rest");
    body.accept(new Vec.Test("rest"));
    code.close();
    for (int i = 0; i < accumulators.size(); i++) {
      code.line("ALL.set(FLOAT, sums + %d, Lanes.sum(%s));", 4 * i, accumulators.get(i));
    }
  }

  private static void map(
      Code code, List<String> arrays, String result, java.util.function.Supplier<Vec> value) {
    forEachRow(code);
    code.open("for (long i = 0; i < whole; i += LANES)");
    load(code, arrays, "i", null);
    String to = "%s + r * row + 4 * ".formatted(result);
    code.line("%s.intoMemorySegment(ALL, %si, LITTLE);", value.get().code(), to);
    code.close();
    load(code, arrays, "whole", "rest");
    code.line("%s.intoMemorySegment(ALL, %swhole, LITTLE, rest);", value.get().code(), to);
    code.close();
  }
}
