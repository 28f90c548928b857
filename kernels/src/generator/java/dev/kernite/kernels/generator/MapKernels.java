package dev.kernite.kernels.generator;

import java.util.List;

/**
 * Kernels that compute each value of an array from the values at the same place of one or two
 * others. n is a multiple of the vector length; {@code Lanes.map} brings up the rest.
 */
final class MapKernels {
  private final String className;
  private final String idea;
  private final Code body = new Code();

  MapKernels(String className, String idea) {
    this.className = className;
    this.idea = idea;
  }

  /** What a kernel of one input computes. */
  @FunctionalInterface
  interface OfOne {
    Vec result(Code code, Vec x);
  }

  /** What a kernel of two inputs computes. */
  @FunctionalInterface
  interface OfTwo {
    Vec result(Code code, Vec a, Vec b);
  }

  /** Adds {@code y[i] = f(x[i])}, with further float parameters by name. */
  MapKernels map(String name, String formula, OfOne f, String... parameters) {
    Code code = begin(name, formula, List.of("x"), "y", parameters);
    Vec x = code.let("x0", Vec.load("x + i"));
    return end(f.result(code, x), "y");
  }

  /**
   * Adds a derivative, {@code dx[i] = dy[i] f'(x[i])}.
   *
   * @param f gets x and dy
   */
  MapKernels gradient(String name, String formula, OfTwo f, String... parameters) {
    return mapTwo(name, formula, List.of("x", "dy"), "dx", f, parameters);
  }

  /** Adds a derivative that is told by the result, {@code dx[i] = f(y[i], dy[i])}. */
  MapKernels result(String name, String formula, OfTwo f, String... parameters) {
    return mapTwo(name, formula, List.of("y", "dy"), "dx", f, parameters);
  }

  /** Adds {@code y[i] = f(a[i], b[i])}. */
  MapKernels mapTwo(
      String name,
      String formula,
      List<String> inputs,
      String output,
      OfTwo f,
      String... parameters) {
    Code code = begin(name, formula, inputs, output, parameters);
    Vec a = code.let(inputs.get(0) + "0", Vec.load(inputs.get(0) + " + i"));
    Vec b = code.let(inputs.get(1) + "0", Vec.load(inputs.get(1) + " + i"));
    return end(f.result(code, a, b), output);
  }

  private Code begin(
      String name, String formula, List<String> inputs, String output, String... parameters) {
    StringBuilder signature = new StringBuilder();
    inputs.forEach(input -> signature.append("long ").append(input).append(", "));
    signature.append("long ").append(output).append(", long n");
    for (String parameter : parameters) {
      signature.append(", float ").append(parameter);
    }
    body.line("");
    body.doc(formula);
    body.method("static void %s(%s)", name, signature);
    body.open("for (long i = 0; i < 4 * n; i += BYTES)");
    return body;
  }

  private MapKernels end(Vec result, String output) {
    body.line("%s.intoMemorySegment(ALL, %s + i, LITTLE);", result.code(), output);
    body.close().close();
    return this;
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
