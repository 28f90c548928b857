package dev.kernite.kernels.generator;

/**
 * A vector of 32-bit integers in the code being generated: the bits of a {@link Vec}, or lane
 * numbers.
 *
 * @param code a Java expression of type IntVector
 */
record Ints(String code) {
  Ints plus(Object other) {
    return call("add", other);
  }

  Ints minus(Object other) {
    return call("sub", other);
  }

  Ints and(Object other) {
    return call("and", other);
  }

  Ints xor(Object other) {
    return new Ints("%s.lanewise(XOR, %s)".formatted(code, operand(other)));
  }

  Ints shiftLeft(int bits) {
    return new Ints("%s.lanewise(LSHL, %d)".formatted(code, bits));
  }

  /** Shifts copies of the sign in. */
  Ints shiftRight(int bits) {
    return new Ints("%s.lanewise(ASHR, %d)".formatted(code, bits));
  }

  /** The floats with these bits. */
  Vec floats() {
    return new Vec(code + ".reinterpretAsFloats()");
  }

  private Ints call(String method, Object operand) {
    return new Ints("%s.%s(%s)".formatted(code, method, operand(operand)));
  }

  private static String operand(Object value) {
    return value instanceof Ints i ? i.code : value.toString();
  }
}
