package dev.kernite.cli;

import dev.kernite.models.chat.Conversation;
import dev.kernite.models.chat.Reply;
import dev.kernite.models.generation.FinishReason;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * A conversation with a script: a message a line in, a reply out, or an object with {@code --json}.
 * What commands say goes to standard error, and what cannot be done ends it.
 */
final class ChatLines {
  private final Globals globals;
  private final Conversation conversation;
  private final ChatCommands commands;
  private final ChatView view;

  ChatLines(Globals globals, Conversation conversation, ChatParameters parameters) {
    this.globals = globals;
    this.conversation = conversation;
    Consumer<String> notes = globals.err()::println;
    commands = new ChatCommands(conversation, parameters, notes);
    view = new ChatView(conversation, this::print, notes, globals.verbose());
  }

  /** Replies until the input ends; returns the exit code. */
  int run() throws IOException {
    TextLines lines = new TextLines(globals.streams().in(), "standard input");
    for (String typed = next(lines); typed != null; typed = next(lines)) {
      if (ChatMessage.isCommand(typed)) {
        if (!commands.run(typed)) {
          break;
        }
      } else if (!typed.isBlank() && !reply(ChatMessage.text(typed))) {
        return ExitCode.INTERRUPTED;
      }
    }
    return ExitCode.OK;
  }

  /** The lines of the next message; null at the end. What is there of a last one counts. */
  private static String next(TextLines lines) throws IOException {
    StringBuilder typed = null;
    do {
      List<TextLines.Line> line = lines.next(1);
      if (line.isEmpty()) {
        break;
      }
      typed = typed == null ? new StringBuilder() : typed.append('\n');
      typed.append(line.getFirst().text());
    } while (!ChatMessage.isCommand(typed.toString()) && !ChatMessage.isWhole(typed.toString()));
    return typed == null ? null : typed.toString();
  }

  /** Ctrl-C ends the reply, and then the program: whoever drives it may not want to go on. */
  private boolean reply(String said) {
    try (Interrupt interrupt = Interrupt.listen(conversation::cancel)) {
      Reply reply = view.say(said);
      if (globals.json()) {
        json(said, reply).print(globals.out());
      }
      globals.streams().requireReader();
      return !interrupt.requested();
    }
  }

  private void print(String piece) {
    if (!globals.json()) {
      globals.out().print(piece);
      globals.streams().requireReader();
    }
  }

  private static JsonLine json(String said, Reply reply) {
    FinishReason reason = reply.finishReason();
    JsonLine line =
        new JsonLine()
            .put("user", said)
            .put("reply", reply.text())
            .put("finish_reason", reason == FinishReason.STOP ? "stop" : "length")
            .put("window_tokens", reply.windowTokens())
            .put("computed_tokens", reply.computedTokens())
            .put("new_tokens", reply.newTokens());
    return reason == FinishReason.CANCELLED ? line.put("cancelled", true) : line;
  }
}
