package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.bert.MaskFiller;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fill-mask}: tells what masked tokens may have been. */
@Command(name = "fill-mask", description = "Tell what the masked tokens of a text may have been.")
final class FillMaskCommand implements Callable<Integer> {
  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--top-k",
      paramLabel = "K",
      description = "Candidates of each mask (default: ${DEFAULT-VALUE}).")
  private int topK = 5;

  @Parameters(paramLabel = "TEXT", description = "A text with [MASK] or <mask> in it.")
  private String text;

  FillMaskCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    if (topK < 1) {
      throw new ParameterException(spec.commandLine(), "--top-k must be at least 1: " + topK);
    }
    try (Engine engine = globals.openEngine();
        MaskFiller filler = MaskFiller.load(engine, ModelFolder.of(model, globals))) {
      print(filler.fill(text, topK));
    }
    return ExitCode.OK;
  }

  private void print(List<MaskFiller.Mask> masks) {
    if (globals.json()) {
      new JsonLine()
          .put("text", text)
          .put("masks", masks.stream().map(FillMaskCommand::json).toList())
          .print(globals.out());
      return;
    }
    for (MaskFiller.Mask mask : masks) {
      globals.out().println("token " + mask.position());
      for (MaskFiller.Candidate c : mask.candidates()) {
        globals.out().printf(Locale.ROOT, "  %-16s %.4f%n", c.token(), c.score());
      }
    }
  }

  private static JsonLine json(MaskFiller.Mask mask) {
    return new JsonLine()
        .put("position", mask.position())
        .put(
            "candidates",
            mask.candidates().stream()
                .map(
                    c ->
                        new JsonLine()
                            .put("id", c.id())
                            .put("token", c.token())
                            .put("score", c.score()))
                .toList());
  }
}
