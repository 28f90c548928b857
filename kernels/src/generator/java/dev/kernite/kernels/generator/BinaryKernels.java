package dev.kernite.kernels.generator;

import dev.kernite.kernels.generator.MapKernels.OfTwo;

/**
 * Functions of two operands, and derivatives that need both. An operand that stays the same along
 * the row has a step of 0, and is read again and again from a vector filled with it.
 */
final class BinaryKernels {
  private final Code body = new Code();

  private BinaryKernels() {}

  static String className() {
    return "BinaryKernels";
  }

  static String source() {
    BinaryKernels kernels = new BinaryKernels();
    kernels.add("add", "out = a + b.", (code, a, b) -> a.plus(b));
    kernels.add("subtract", "out = a - b.", (code, a, b) -> a.minus(b));
    kernels.add("multiply", "out = a b.", (code, a, b) -> a.times(b));
    kernels.add("divide", "out = a / b.", (code, a, b) -> a.over(b));
    kernels.add("maximum", "out = max(a, b), NaN if one is.", (code, a, b) -> a.max(b));
    kernels.add("minimum", "out = min(a, b), NaN if one is.", (code, a, b) -> a.min(b));
    kernels.add(
        "divisorGrad",
        "out = -dy (a / b), for a dense dy.",
        (code, a, b) -> {
          Vec dy = code.let("dy0", Vec.load("dy + i"));
          return dy.negative().times(a.over(b));
        },
        "dy");
    kernels.add(
        "extremeGrad",
        "out = dy, but 0 where a < b and half of it where a = b, for a dense dy.",
        (code, a, b) -> {
          Vec dy = code.let("dy0", Vec.load("dy + i"));
          return dy.where(a.equalTo(b), dy.times(0.5f)).where(a.below(b), 0);
        },
        "dy");
    Code code = new Code();
    code.doc("Functions of two operands; n is a multiple of the vector length.");
    code.open("final class %s", className()).line("private %s() {}", className());
    return code.include(kernels.body.toString()).close().toString();
  }

  private void add(String name, String formula, OfTwo f, String... dense) {
    body.line("");
    body.doc(
        """
        %s

        @param stepA bytes from one vector of a to the next, 0 for the same again
        @param stepB likewise for b"""
            .formatted(formula));
    String arrays = dense.length == 0 ? "" : "long " + String.join(", long ", dense) + ", ";
    body.method(
        "static void %s(long a, long stepA, long b, long stepB, %slong out, long n)", name, arrays);
    body.open("for (long i = 0; i < 4 * n; i += BYTES, a += stepA, b += stepB)");
    Vec a = body.let("a0", Vec.load("a"));
    Vec b = body.let("b0", Vec.load("b"));
    body.line("%s.intoMemorySegment(ALL, out + i, LITTLE);", f.result(body, a, b).code());
    body.close().close();
  }
}
