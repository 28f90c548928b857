package dev.kernite.kernels.generator;

/**
 * A vector of floats in the code being generated. The arithmetic here computes nothing: it writes
 * down the expression that will. What is used twice goes through {@link Code#let}.
 *
 * <p>An operation belongs to its left operand, whose class the JIT has to know to compile it well.
 * It knows the class of what was just loaded or computed; that of a variable which changes in a
 * loop it only learns by watching slow code. So accumulators are never the left operand.
 *
 * @param code a Java expression of type FloatVector
 */
record Vec(String code) {
  /** The vector at an address, given as Java code. */
  static Vec load(String address) {
    return new Vec("fromMemorySegment(S, ALL, %s, LITTLE)".formatted(address));
  }

  /** The same in the lanes of a mask, given as Java code; 0 in the others, which are not read. */
  static Vec load(String address, String mask) {
    return new Vec("fromMemorySegment(S, ALL, %s, LITTLE, %s)".formatted(address, mask));
  }

  /** All lanes the same value: a number, the name of a constant, or an expression. */
  static Vec all(Object value) {
    return new Vec("broadcast(S, %s)".formatted(literal(value)));
  }

  static String literal(Object value) {
    return value instanceof Number n ? n.floatValue() + "f" : value.toString();
  }

  Vec plus(Object other) {
    return call("add", other);
  }

  Vec minus(Object other) {
    return call("sub", other);
  }

  Vec times(Object other) {
    return call("mul", other);
  }

  Vec over(Object other) {
    return call("div", other);
  }

  Vec max(Object other) {
    return call("max", other);
  }

  Vec min(Object other) {
    return call("min", other);
  }

  Vec negative() {
    return new Vec(code + ".neg()");
  }

  Vec abs() {
    return new Vec(code + ".abs()");
  }

  Vec sqrt() {
    return new Vec(code + ".sqrt()");
  }

  /** this * factor + term, rounded once. */
  Vec fma(Object factor, Object term) {
    return new Vec("%s.fma(%s, %s)".formatted(code, vector(factor), vector(term)));
  }

  /** {@code value} in the lanes where {@code condition} holds, this elsewhere. */
  Vec where(Test condition, Object value) {
    return new Vec("%s.blend(%s, %s)".formatted(code, operand(value), condition.code()));
  }

  /** This in the lanes where a condition holds, another vector elsewhere. */
  Vec orElse(Vec other, Test condition) {
    return new Vec("%s.blend(%s, %s.not())".formatted(code, other.code, condition.code()));
  }

  /** The bits of each lane. */
  Ints bits() {
    return new Ints(code + ".reinterpretAsInts()");
  }

  Test below(Object other) {
    return new Test("%s.compare(LT, %s)".formatted(code, operand(other)));
  }

  Test above(Object other) {
    return new Test("%s.compare(GT, %s)".formatted(code, operand(other)));
  }

  Test atMost(Object other) {
    return new Test("%s.compare(LE, %s)".formatted(code, operand(other)));
  }

  Test atLeast(Object other) {
    return new Test("%s.compare(GE, %s)".formatted(code, operand(other)));
  }

  Test equalTo(Object other) {
    return new Test("%s.compare(EQ, %s)".formatted(code, operand(other)));
  }

  Test isNaN() {
    return new Test("%s.test(IS_NAN)".formatted(code));
  }

  private Vec call(String method, Object operand) {
    return new Vec("%s.%s(%s)".formatted(code, method, operand(operand)));
  }

  private static String operand(Object value) {
    return value instanceof Vec v ? v.code : literal(value);
  }

  private static String vector(Object value) {
    return value instanceof Vec v ? v.code : all(value).code;
  }

  /** One truth value a lane. */
  record Test(String code) {
    Test and(Test other) {
      return new Test("%s.and(%s)".formatted(code, other.code));
    }

    Test or(Test other) {
      return new Test("%s.or(%s)".formatted(code, other.code));
    }
  }
}
