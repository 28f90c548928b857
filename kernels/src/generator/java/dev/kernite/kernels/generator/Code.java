package dev.kernite.kernels.generator;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Java source in the making: indented lines, blocks, and names of local variables, each given out
 * once in a block.
 */
final class Code {
  private final StringBuilder text = new StringBuilder();
  private final Deque<Set<String>> names = new ArrayDeque<>(); // of the open blocks

  /** Adds a line. */
  Code line(String format, Object... args) {
    String line = args.length == 0 ? format : format.formatted(args);
    text.append("  ".repeat(line.isEmpty() ? 0 : names.size())).append(line).append('\n');
    return this;
  }

  /** Adds a line that opens a block. */
  Code open(String format, Object... args) {
    line(format + " {", args);
    names.push(new HashSet<>());
    return this;
  }

  /** Closes the innermost block. */
  Code close() {
    names.pop();
    return line("}");
  }

  /** Starts a method; the names of its parameters are taken. */
  Code method(String signature, Object... args) {
    open(signature, args);
    Collections.addAll(names.peek(), signature.formatted(args).split("\\W+"));
    return this;
  }

  /** Adds a doc comment. */
  Code doc(String comment) {
    line("/**");
    comment.lines().forEach(line -> line(" * " + line));
    return line(" */");
  }

  /**
   * Ends a method early when there is nothing to do. This is for the warm-up: a call that returns
   * here counts towards compiling the kernel, and costs none of the slow vector operations of a
   * kernel that is not compiled yet.
   *
   * @param statement the return statement
   */
  Code nothingToDo(String condition, String statement) {
    return open("if (%s)", condition).line(statement).close();
  }

  /** A name for a local variable that is free here: the one asked for, numbered if need be. */
  String fresh(String name) {
    String free = name;
    for (int i = 2; taken(free); i++) {
      free = name + i;
    }
    names.peek().add(free);
    return free;
  }

  private boolean taken(String name) {
    return names.stream().anyMatch(block -> block.contains(name));
  }

  /** Keeps a vector in a local variable, since it is used more than once. */
  Vec let(String name, Vec value) {
    String variable = fresh(name);
    line("FloatVector %s = %s;", variable, value.code());
    return new Vec(variable);
  }

  /** Keeps a vector of integers in a local variable. */
  Ints let(String name, Ints value) {
    String variable = fresh(name);
    line("IntVector %s = %s;", variable, value.code());
    return new Ints(variable);
  }

  /** Keeps a truth value a lane in a local variable. */
  Vec.Test let(String name, Vec.Test value) {
    String variable = fresh(name);
    line("VectorMask<Float> %s = %s;", variable, value.code());
    return new Vec.Test(variable);
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
