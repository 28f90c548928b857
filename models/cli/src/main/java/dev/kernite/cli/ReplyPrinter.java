package dev.kernite.cli;

import java.util.function.Consumer;

/**
 * A reply as it appears: without the blanks that a template makes it begin with, and without
 * characters that a terminal would obey, which a model may well write.
 */
final class ReplyPrinter {
  private static final char REPLACEMENT = '\uFFFD';

  private final Consumer<String> out;
  private boolean begun;

  ReplyPrinter(Consumer<String> out) {
    this.out = out;
  }

  void text(String piece) {
    String shown = begun ? piece : piece.stripLeading();
    if (!shown.isEmpty()) {
      begun = true;
      out.accept(visible(shown));
    }
  }

  private static String visible(String text) {
    StringBuilder visible = new StringBuilder(text);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c) && c != '\n' && c != '\t') {
        visible.setCharAt(i, REPLACEMENT);
      }
    }
    return visible.toString();
  }
}
