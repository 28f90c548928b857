package dev.kernite.kernels.generator;

import java.util.HashSet;
import java.util.Set;

/**
 * Java source in the making: indented lines, blocks, and names of local variables, each given out
 * once a method.
 */
final class Code {
  private final StringBuilder text = new StringBuilder();
  private final Set<String> names = new HashSet<>();
  private int depth;

  /** Adds a line. */
  Code line(String format, Object... args) {
    String line = args.length == 0 ? format : format.formatted(args);
    text.append("  ".repeat(line.isEmpty() ? 0 : depth)).append(line).append('\n');
    return this;
  }

  /** Adds a line that opens a block. */
  Code open(String format, Object... args) {
    line(format + " {", args);
    depth++;
    return this;
  }

  /** Closes the innermost block. */
  Code close() {
    depth--;
    return line("}");
  }

  /** Starts a method: its names are its own. */
  Code method(String signature, Object... args) {
    names.clear();
    return open(signature, args);
  }

  /** Adds a doc comment. */
  Code doc(String comment) {
    line("/**");
    comment.lines().forEach(line -> line(" * " + line));
    return line(" */");
  }

  /**
   * A name for a local variable that this method does not have yet: the one asked for, numbered if
   * need be.
   */
  String fresh(String name) {
    String free = name;
    for (int i = 2; !names.add(free); i++) {
      free = name + i;
    }
    return free;
  }

  /** Keeps a vector in a local variable, since it is used more than once. */
  Vec let(String name, Vec value) {
    String variable = fresh(name);
    line("FloatVector %s = %s;", variable, value.code());
    return new Vec(variable);
  }

  /** Adds the lines of other code. */
  Code include(String source) {
    source.lines().forEach(this::line);
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
