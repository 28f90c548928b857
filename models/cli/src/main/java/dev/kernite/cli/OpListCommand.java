package dev.kernite.cli;

import dev.kernite.engine.op.Catalogue;
import dev.kernite.engine.op.Input;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code op list}: every operation with its inputs and attributes. */
@Command(name = "list", description = "List the operations with their inputs and attributes.")
final class OpListCommand implements Callable<Integer> {
  private static final String ROW = "%-18s %-18s %-28s %s%n";

  private final Globals globals;

  OpListCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    if (!globals.json()) {
      globals.out().printf(Locale.ROOT, ROW, "NAME", "OP", "INPUTS ([optional])", "ATTRIBUTES");
    }
    for (Catalogue.Entry entry : Catalogue.entries()) {
      if (globals.json()) {
        json(entry).print(globals.out());
      } else {
        row(entry);
      }
    }
    return ExitCode.OK;
  }

  private static JsonLine json(Catalogue.Entry entry) {
    List<JsonLine> inputs =
        entry.inputs().stream()
            .map(
                input ->
                    new JsonLine()
                        .put("name", input.value())
                        .put("kind", input.kind().name().toLowerCase(Locale.ROOT))
                        .put("optional", input.optional())
                        .put("differentiable", input.gradient()))
            .toList();
    List<JsonLine> attributes =
        entry.attributes().stream()
            .map(
                attribute ->
                    new JsonLine()
                        .put("name", attribute.name())
                        .put("type", attribute.type())
                        .put("default", attribute.defaultValue()))
            .toList();
    return new JsonLine()
        .put("name", entry.name())
        .put("op", entry.members())
        .put("inputs", inputs)
        .put("attributes", attributes);
  }

  private void row(Catalogue.Entry entry) {
    String inputs =
        entry.inputs().stream().map(OpListCommand::name).collect(Collectors.joining(" "));
    String attributes =
        entry.attributes().stream()
            .filter(attribute -> !attribute.name().equals("op"))
            .map(Catalogue.Attribute::toString)
            .collect(Collectors.joining(" "));
    List<String> members = entry.members().isEmpty() ? List.of("") : entry.members();
    for (String member : members) {
      globals.out().printf(Locale.ROOT, ROW, entry.name(), member, inputs, attributes);
    }
  }

  private static String name(Input input) {
    return input.optional() ? "[" + input.value() + "]" : input.value();
  }
}
