package dev.kernite.cli;

import dev.kernite.models.ModelException;
import dev.kernite.models.generation.EarlyStopping;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * The value of {@code --early-stopping}, which may be left out: then it is true. What is attached
 * with {@code =} is the value; a word behind it only if it is one of the three.
 */
final class EarlyStoppingValue implements ITypeConverter<EarlyStopping>, IParameterPreprocessor {
  private static final Set<String> VALUES = Set.of("true", "false", "never");

  @Override
  public boolean preprocess(
      Stack<String> args, CommandSpec command, ArgSpec option, Map<String, Object> info) {
    boolean attached = "=".equals(info.get("separator")); // a blank otherwise
    if (!attached && (args.isEmpty() || !VALUES.contains(args.peek()))) {
      args.push("true");
    }
    return false; // the value is read as usual
  }

  @Override
  public EarlyStopping convert(String value) {
    try {
      return EarlyStopping.parse(value);
    } catch (ModelException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
