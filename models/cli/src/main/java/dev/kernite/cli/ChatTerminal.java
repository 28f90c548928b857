package dev.kernite.cli;

import dev.kernite.models.CacheFolder;
import dev.kernite.models.chat.Conversation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.EOFError;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jline.reader.Reference;
import org.jline.reader.SyntaxError;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.completer.StringsCompleter;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;

/**
 * A conversation with somebody at a terminal: a line editor with a history that outlives the
 * program, replies as they are written, Ctrl-C for the reply and not for the program.
 */
final class ChatTerminal implements AutoCloseable {
  /** Set by the launcher where standard input and output are a terminal. */
  private static final String PROPERTY = "kernite.terminal.interactive";

  private static final String PROMPT = "> ";
  private static final String FURTHER = ". ";
  private static final String NEW_LINE = "new-line";

  private final Globals globals;
  private final Conversation conversation;
  private final Terminal terminal;
  private final LineReader reader;
  private final ChatCommands commands;
  private final ChatView view;

  ChatTerminal(Globals globals, Conversation conversation, ChatParameters parameters)
      throws IOException {
    this.globals = globals;
    this.conversation = conversation;
    // Without natives to unpack: the system's calls through FFM, else the program stty.
    terminal =
        TerminalBuilder.builder()
            .name("kernite")
            .system(true)
            .ffm(true)
            .exec(true)
            .jni(false)
            .jna(false)
            .jansi(false)
            .dumb(true)
            .encoding(StandardCharsets.UTF_8)
            .build();
    reader = reader(terminal);
    commands = new ChatCommands(conversation, parameters, this::note);
    view = new ChatView(conversation, this::print, this::note, globals.verbose());
  }

  /** Whether somebody sits at a terminal. */
  static boolean isAvailable() {
    return Boolean.getBoolean(PROPERTY);
  }

  private static LineReader reader(Terminal terminal) {
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(new MessageParser())
            .completer(new StringsCompleter(ChatCommands.NAMES))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true) // an ! is an !
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, FURTHER);
    Path folder = CacheFolder.of("chat");
    try {
      Files.createDirectories(folder);
      var access = Files.getFileAttributeView(folder, PosixFileAttributeView.class);
      if (access != null) {
        access.setPermissions(PosixFilePermissions.fromString("rwx------")); // as shells do
      }
      builder.variable(LineReader.HISTORY_FILE, folder.resolve("history"));
    } catch (IOException e) {
      // A home that cannot be written to: the history ends with the program.
    }
    LineReader reader = builder.build();
    reader.getWidgets().put(NEW_LINE, () -> insertNewLine(reader));
    KeyMap<Binding> keys = reader.getKeyMaps().get(LineReader.MAIN);
    keys.bind(new Reference(NEW_LINE), KeyMap.alt('\r'), KeyMap.alt('\n'));
    // Arrows pressed during a reply, when the terminal sends them in its other mode.
    keys.bind(new Reference(LineReader.UP_LINE_OR_SEARCH), "\033[A");
    keys.bind(new Reference(LineReader.DOWN_LINE_OR_SEARCH), "\033[B");
    keys.bind(new Reference(LineReader.FORWARD_CHAR), "\033[C");
    keys.bind(new Reference(LineReader.BACKWARD_CHAR), "\033[D");
    return reader;
  }

  private static boolean insertNewLine(LineReader reader) {
    reader.getBuffer().write('\n');
    return true;
  }

  /** Replies until the user leaves. */
  void run() {
    while (true) {
      String typed;
      try {
        typed = reader.readLine(PROMPT);
      } catch (UserInterruptException e) {
        continue; // Ctrl-C clears the line
      } catch (EndOfFileException e) {
        return;
      }
      try {
        if (ChatMessage.isCommand(typed)) {
          if (!commands.run(typed)) {
            return;
          }
        } else if (!typed.isBlank()) {
          reply(ChatMessage.text(typed));
        }
      } catch (RuntimeException | OutOfMemoryError e) { // the conversation outlives a failure
        terminal.flush();
        ErrorLine.print(e, globals);
      }
    }
  }

  private void reply(String said) {
    Terminal.SignalHandler before = terminal.handle(Signal.INT, _ -> conversation.cancel());
    Attributes cooked = terminal.getAttributes();
    Attributes silent = new Attributes(cooked);
    silent.setLocalFlag(Attributes.LocalFlag.ECHO, false); // keys would show amid the reply
    terminal.setAttributes(silent);
    try {
      view.say(said);
    } finally {
      terminal.setAttributes(cooked);
      terminal.handle(Signal.INT, before);
    }
  }

  private void print(String piece) {
    terminal.writer().print(piece);
    terminal.flush();
  }

  private void note(String line) {
    print(line + "\n");
  }

  @Override
  public void close() throws IOException {
    terminal.close();
  }

  /** Takes a message as it is, and asks for more lines of one that is not whole. */
  private static final class MessageParser implements Parser {
    /** Cuts words for completion; here quotes and backslashes are letters. */
    private final DefaultParser words =
        new DefaultParser().quoteChars(new char[0]).escapeChars(null);

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) throws SyntaxError {
      if (context == ParseContext.ACCEPT_LINE
          && !ChatMessage.isCommand(line)
          && !ChatMessage.isWhole(line)) {
        throw new EOFError(-1, -1, "the message goes on");
      }
      return words.parse(line, cursor, context);
    }
  }
}
