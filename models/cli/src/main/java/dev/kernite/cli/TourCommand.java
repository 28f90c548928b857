package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code tour}: what Kernite can do, on this machine, in a minute; the demonstration of make run.
 */
@Command(name = "tour", description = "Show what Kernite can do, on this machine, in a minute.")
final class TourCommand implements Callable<Integer> {
  /** The model that comes with Kernite. */
  static final String MODEL = "stories";

  /** The one that `make run` fetches, if it can. */
  private static final String ENCODER = "minilm";

  private final Globals globals;

  TourCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    Path folder = ModelFolder.of(MODEL);
    try (Engine engine = globals.openEngine();
        Interrupt interrupt = Interrupt.listen()) {
      TourPage page = new TourPage(globals, engine.backend().description());
      try (TextModel model = TextModel.load(engine, folder)) {
        TourText text = new TourText(model, page, interrupt);
        text.tellStories();
        text.showWhatComesNext();
      }
      if (!interrupt.requested()) {
        ModelFolder.named(ENCODER)
            .ifPresentOrElse(
                encoder -> new TourMeaning(engine, encoder, page, interrupt).rank(),
                () ->
                    page.leftOut(
                        ENCODER
                            + " is not here: sentences are not ranked (`make models` fetches it)"));
      }
      if (!interrupt.requested()) {
        new TourLearning(engine, folder, page, interrupt).learnVerse();
      }
      page.end();
      return interrupt.exitCode();
    }
  }
}
