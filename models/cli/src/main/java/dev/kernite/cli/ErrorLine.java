package dev.kernite.cli;

import dev.kernite.engine.EngineException;
import dev.kernite.kernels.KernelException;
import dev.kernite.models.ModelException;
import dev.kernite.tokenizer.TokenizerException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns a failure into one line {@code error: ...} on standard error and an exit code. */
final class ErrorLine {
  private ErrorLine() {}

  /**
   * Prints the failure; with {@code --verbose} its stack trace too.
   *
   * @return the exit code it asks for
   */
  static int print(Throwable failure, Globals globals) {
    PrintStream err = globals.err();
    globals.out().flush();
    // A library's message may span lines; the contract is one.
    err.println("error: " + message(failure).strip().replaceAll("\\s*\\R\\s*", " "));
    if (globals.verbose()) {
      failure.printStackTrace(err);
    }
    err.flush();
    return failure instanceof ParameterException ? ExitCode.USAGE : ExitCode.FAILED;
  }

  private static String message(Throwable failure) {
    return switch (failure) {
      case ParameterException e -> usage(e);
      case CommandException e -> e.getMessage();
      case ModelException e -> e.getMessage();
      case TokenizerException e -> e.getMessage();
      case EngineException e -> e.getMessage();
      case KernelException e -> e.getMessage();
      case UncheckedIOException e -> file(e.getCause());
      case IOException e -> file(e);
      case OutOfMemoryError e ->
          "out of Java heap memory ("
              + e.getMessage()
              + "); give more with KERNITE_JAVA_OPTS=-Xmx, for example -Xmx8g";
      default ->
          "internal: " + failure + "; this is a bug in kernite, --verbose shows where it happened";
    };
  }

  private static String usage(ParameterException e) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    StringBuilder line = new StringBuilder(e.getMessage());
    line.setCharAt(0, Character.toLowerCase(line.charAt(0)));
    if (e instanceof UnmatchedArgumentException unmatched) {
      if (!unmatched.isUnknownOption() && !command.subcommands().isEmpty()) {
        line.replace(
            0, line.length(), "unknown command '" + unmatched.getUnmatched().getFirst() + "'");
      }
      var similar = unmatched.getSuggestions();
      if (!similar.isEmpty()) {
        line.append(" (did you mean ").append(similar.getFirst()).append("?)");
      }
    }
    return line.append("; see '").append(command.qualifiedName()).append(" --help'").toString();
  }

  private static String file(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> missing.getFile() + ": no such file";
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileSystemException other when other.getReason() != null ->
          other.getFile() + ": " + other.getReason();
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
