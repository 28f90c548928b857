package dev.kernite.cli;

/** Entry point of the {@code kernite} command. */
public final class Main {
  private Main() {}

  /**
   * Runs a command.
   *
   * @param args command line
   */
  public static void main(String[] args) {}
}
