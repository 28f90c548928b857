package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import dev.kernite.models.chat.Conversation;
import dev.kernite.models.chat.PromptTemplate;
import dev.kernite.models.chat.PublishedTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code chat}: a conversation with a causal model, on a terminal or line by line. */
@Command(
    name = "chat",
    description = "Converse with a model; /help tells what can be typed. A pipe goes line by line.")
final class ChatCommand implements Callable<Integer> {
  private static final String DEFAULT_TEMPLATE = "plain";

  private final Globals globals;

  @Option(names = "--model", required = true, paramLabel = "M", description = "The model.")
  private String model;

  @Option(
      names = "--template",
      paramLabel = "T",
      description =
          "What is put around turns: plain, chatml, bare, or a JSON file (default: the model's own"
              + " where it is known, else plain).")
  private String template;

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "Begins the text that the model sees, and stays in it.")
  private String system = "";

  @Mixin private final AdapterOption adapter = new AdapterOption();
  @Mixin private final GenerationOptions options = new GenerationOptions();

  ChatCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() throws IOException {
    Path folder = ModelFolder.of(model, globals);
    PromptTemplate around = template(folder);
    try (Engine engine = globals.openEngine();
        TextModel text = TextModel.load(engine, folder, adapter.folder());
        Conversation conversation = new Conversation(text, around)) {
      ChatParameters parameters = new ChatParameters(options, text, conversation);
      conversation.system(system);
      if (globals.json() || !ChatTerminal.isAvailable()) {
        return new ChatLines(globals, conversation, parameters).run();
      }
      try (ChatTerminal terminal = new ChatTerminal(globals, conversation, parameters)) {
        terminal.run();
      }
      return ExitCode.OK;
    }
  }

  private PromptTemplate template(Path folder) {
    if (template != null) {
      return PromptTemplate.NAMES.contains(template)
          ? PromptTemplate.named(template)
          : file(Path.of(template));
    }
    Optional<PublishedTemplate> published = PublishedTemplate.in(folder);
    if (published.isPresent() && published.get().known().isEmpty()) {
      globals
          .err()
          .printf(
              "the chat template in %s is not known and not used; --template FILE gives one%n",
              published.get().file());
    }
    return published
        .flatMap(PublishedTemplate::known)
        .orElseGet(() -> PromptTemplate.named(DEFAULT_TEMPLATE));
  }

  private static PromptTemplate file(Path file) {
    if (!Files.exists(file)) {
      throw new CommandException(
          "--template "
              + file
              + " is neither a file nor one of "
              + PromptTemplate.NAMES.stream().sorted().toList());
    }
    return PromptTemplate.read(file);
  }
}
