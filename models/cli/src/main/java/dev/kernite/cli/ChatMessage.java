package dev.kernite.cli;

/**
 * What somebody types, which may take several lines: a line that ends in a backslash goes on with
 * the next, and what begins with {@code """} goes on until it ends so.
 */
final class ChatMessage {
  private static final String QUOTES = "\"\"\"";
  private static final char CONTINUES = '\\';

  private ChatMessage() {}

  /** Whether the lines typed so far are a message. */
  static boolean isWhole(String typed) {
    return isQuoted(typed)
        ? typed.strip().length() >= 2 * QUOTES.length() && typed.stripTrailing().endsWith(QUOTES)
        : typed.isEmpty() || typed.charAt(typed.length() - 1) != CONTINUES;
  }

  /** The message without what joined its lines; of one that is not whole, all there is. */
  static String text(String typed) {
    if (!isQuoted(typed)) {
      return typed.replace(CONTINUES + "\n", "\n");
    }
    String inner = typed.strip().substring(QUOTES.length());
    if (inner.endsWith(QUOTES)) {
      inner = inner.substring(0, inner.length() - QUOTES.length());
    }
    return inner.replaceFirst("^\\R", "").replaceFirst("\\R$", "");
  }

  private static boolean isQuoted(String typed) {
    return typed.stripLeading().startsWith(QUOTES);
  }

  /** Whether it is a command and nothing to reply to. */
  static boolean isCommand(String typed) {
    return typed.startsWith("/");
  }
}
