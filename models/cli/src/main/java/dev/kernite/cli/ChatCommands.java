package dev.kernite.cli;

import dev.kernite.models.chat.Conversation;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What can be typed into a conversation beside what is said: {@code /reset} and the like. */
final class ChatCommands {
  /** Their names, for completion. */
  static final List<String> NAMES =
      List.of("/reset", "/save", "/load", "/system", "/params", "/help", "/exit");

  private static final String HELP =
      """
      /reset               forget all turns; the system text stays
      /save FILE           write the conversation as JSON lines
      /load FILE           go on with one that was saved
      /system [TEXT|-]     show the system text, set it, or (-) take it away
      /params [NAME=VALUE...]  show the generation options, set them (NAME= takes one away)
      /help                this list
      /exit                leave, as Ctrl-D does
      Ctrl-C stops a reply. Alt-Enter, or \\ at the end of a line, begins another line; a text may
      also stand between lines of \"""\". To say what begins with /, put a space before it.""";

  private final Conversation conversation;
  private final ChatParameters parameters;
  private final Consumer<String> out;

  /**
   * The commands of a conversation.
   *
   * @param out takes lines for people
   */
  ChatCommands(Conversation conversation, ChatParameters parameters, Consumer<String> out) {
    this.conversation = conversation;
    this.parameters = parameters;
    this.out = out;
  }

  /**
   * Does what a command says.
   *
   * @param line {@code /name} and what follows it
   * @return whether the conversation goes on
   * @throws CommandException if there is no such command
   */
  boolean run(String line) {
    String[] words = line.strip().split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    switch (words[0].toLowerCase(Locale.ROOT)) {
      case "/reset" -> {
        conversation.reset();
        out.accept("the conversation begins anew");
      }
      case "/save" -> {
        conversation.save(file(rest, "/save"));
        out.accept("%d turns are in %s".formatted(conversation.turns().size(), rest));
      }
      case "/load" -> {
        conversation.load(file(rest, "/load"));
        out.accept("going on after %d turns".formatted(conversation.turns().size()));
      }
      case "/system" -> system(rest);
      case "/params" -> params(rest);
      case "/help" -> out.accept(HELP);
      case "/exit", "/quit" -> {
        return false;
      }
      default ->
          throw new CommandException(
              "no command '%s'; /help lists them, and a space before / says it"
                  .formatted(words[0]));
    }
    return true;
  }

  private static Path file(String name, String command) {
    if (name.isEmpty()) {
      throw new CommandException(command + " needs a file, for example " + command + " chat.jsonl");
    }
    return Path.of(name);
  }

  private void system(String text) {
    if (!text.isEmpty()) {
      conversation.system(text.equals("-") ? "" : text);
    }
    String now = conversation.system();
    out.accept(now.isEmpty() ? "there is no system text" : "system text: " + now);
  }

  private void params(String assignments) {
    Stream.of(assignments.split("\\s+")).filter(a -> !a.isEmpty()).forEach(parameters::set);
    List<String> given = parameters.given();
    out.accept(given.isEmpty() ? "no option is set: greedy" : String.join(" ", given));
    if (assignments.isEmpty()) {
      out.accept("can be set: " + String.join(", ", parameters.names()));
    }
  }
}
