package dev.kernite.cli;

import java.io.PrintStream;

/** How the tour is laid out on the terminal; with {@code --json} each part is an object instead. */
final class TourPage {
  private final Globals globals;

  TourPage(Globals globals, String device) {
    this.globals = globals;
    if (globals.json()) {
      new JsonLine().put("part", "device").put("description", device).print(globals.out());
    } else {
      globals.out().println("Kernite on " + device);
      globals.out().flush();
    }
  }

  boolean json() {
    return globals.json();
  }

  /** For progress, which is no part of the page. */
  PrintStream err() {
    return globals.err();
  }

  PrintStream out() {
    return globals.out();
  }

  /** Begins a part with a title and a line on what is to be seen. */
  void part(String title, String what) {
    if (!json()) {
      out().println();
      out().println("== " + title);
      out().println("   " + what);
      out().println();
      out().flush();
    }
  }

  /** Shows a piece of running text at once. */
  void stream(String piece) {
    if (!json()) {
      out().print(piece);
      globals.streams().requireReader();
    }
  }

  void line(String text) {
    if (!json()) {
      out().println(text);
      out().flush();
    }
  }

  /** Says in a line what is not shown, and why; on standard error where the page is JSON. */
  void leftOut(String why) {
    if (json()) {
      globals.err().println(why);
    } else {
      line("");
      line("== " + why);
    }
  }

  void result(JsonLine object) {
    if (json()) {
      object.print(out());
      out().flush();
    }
  }

  void end() {
    line("");
    line("Next: kernite generate --model stories --prompt \"...\"   kernite --help   README.md");
  }
}
