package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import dev.kernite.models.generation.DecodeSession;
import dev.kernite.models.generation.GeneratedSequence;
import dev.kernite.models.generation.GenerationConfig;
import dev.kernite.models.generation.GenerationConfigBuilder;
import dev.kernite.models.generation.GenerationResult;
import dev.kernite.models.generation.Generator;
import dev.kernite.models.generation.TaskParameters;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code translate}: has a T5 turn texts into others. What the model's {@code config.json} says of
 * the task (prefix, beams, lengths) counts, unless an option says otherwise.
 */
@Command(
    name = "translate",
    description = "Translate texts with a T5, or do what another prefix asks for.")
final class TranslateCommand implements Callable<Integer> {
  /** Texts that are read and written side by side. */
  private static final int BATCH = 16;

  private final Globals globals;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--from",
      paramLabel = "LANGUAGE",
      description = "Language of the texts, such as en.")
  private String from;

  @Option(names = "--to", paramLabel = "LANGUAGE", description = "Language to write, such as de.")
  private String to;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description = "What to put before each text instead, such as \"summarize: \".")
  private String prefix;

  @Mixin private final AdapterOption adapter = new AdapterOption();
  @Mixin private final GenerationOptions options = new GenerationOptions();

  @Parameters(arity = "1..*", paramLabel = "TEXT", description = "The texts.")
  private List<String> texts;

  TranslateCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    if ((from == null) != (to == null)) {
      throw new ParameterException(spec.commandLine(), "give --from and --to, or neither");
    }
    if (from != null && prefix != null) {
      throw new ParameterException(spec.commandLine(), "give --from and --to, or --prefix");
    }
    try (Engine engine = globals.openEngine();
        TextModel loaded =
            TextModel.load(engine, ModelFolder.of(model, globals), adapter.folder());
        Interrupt interrupt = Interrupt.listen()) {
      if (!loaded.readsWhole()) {
        throw new CommandException(
            "model '" + model + "' continues texts; translate needs an encoder-decoder as T5 is");
      }
      Optional<TaskParameters> task = task(loaded);
      GenerationConfigBuilder builder = loaded.options();
      task.ifPresent(t -> t.applyTo(builder));
      GenerationConfig config = options.toConfig(builder);
      String before = before(task);
      for (int i = 0; i < texts.size() && !interrupt.requested(); i += BATCH) {
        List<String> batch = texts.subList(i, Math.min(texts.size(), i + BATCH));
        translate(loaded, batch, before, config, interrupt);
      }
      return interrupt.exitCode();
    }
  }

  /** The task that was asked for; without any, the only translation that the model knows. */
  private Optional<TaskParameters> task(TextModel loaded) {
    if (prefix != null) {
      return Optional.empty();
    }
    if (from != null) {
      return loaded.task("translation_%s_to_%s".formatted(code(from), code(to)));
    }
    List<String> known =
        loaded.tasks().stream().filter(name -> name.startsWith("translation")).toList();
    return known.size() == 1 ? loaded.task(known.getFirst()) : Optional.empty();
  }

  private static String code(String language) {
    return language.toLowerCase(Locale.ROOT);
  }

  /** What stands before each text: as T5 was trained, where the model does not say. */
  private String before(Optional<TaskParameters> task) {
    if (prefix != null) {
      return prefix;
    }
    if (task.isPresent() || from == null) {
      return task.map(TaskParameters::prefix).orElse("");
    }
    return "translate %s to %s: ".formatted(name(from), name(to));
  }

  private static String name(String language) {
    return Locale.forLanguageTag(language).getDisplayLanguage(Locale.ENGLISH);
  }

  private void translate(
      TextModel loaded,
      List<String> batch,
      String before,
      GenerationConfig config,
      Interrupt interrupt) {
    int[][] read = batch.stream().map(t -> loaded.prompt(before + t)).toArray(int[][]::new);
    GenerationResult result;
    try (DecodeSession session = loaded.session(read)) {
      result =
          new Generator(session)
              .cancelWhen(interrupt::requested)
              .decoder(tokens -> loaded.tokenizer().decode(tokens, true))
              .generate(config, loaded.starts(read));
    }
    for (GeneratedSequence sequence : result.sequences()) {
      String translation = loaded.tokenizer().decode(sequence.ids(), true);
      if (globals.json()) {
        new JsonLine()
            .put("text", batch.get(sequence.prompt()))
            .put("ids", sequence.ids())
            .put("translation", translation)
            .print(globals.out());
      } else {
        globals.out().println(translation);
      }
    }
  }
}
