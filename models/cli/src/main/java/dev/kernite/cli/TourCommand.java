package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.models.TextModel;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code tour}: what Kernite can do, on this machine, in two minutes; the demonstration of make
 * run.
 */
@Command(name = "tour", description = "Show what Kernite can do, on this machine.")
final class TourCommand implements Callable<Integer> {
  /** The GPT-2 that comes with Kernite. */
  static final String MODEL = ModelFolder.STORIES;

  /** The T5 that comes with Kernite. */
  private static final String TEXT_TO_TEXT = ModelFolder.NUMBERS;

  /** The one that `make run` fetches, if it can. */
  private static final String ENCODER = "minilm";

  private final Globals globals;

  @Option(
      names = "--out",
      defaultValue = "kernite-tour",
      paramLabel = "DIR",
      description = "Folder for the pictures of the GAN (default: kernite-tour).")
  private Path out;

  TourCommand(Globals globals) {
    this.globals = globals;
  }

  @Override
  public Integer call() {
    Path folder = ModelFolder.of(MODEL, globals);
    try (Engine engine = globals.openEngine();
        Interrupt interrupt = Interrupt.listen()) {
      TourPage page = new TourPage(globals, engine.backend().description());
      try (TextModel model = TextModel.load(engine, folder)) {
        TourText text = new TourText(model, page, interrupt);
        text.tellStories();
        text.showWhatComesNext();
      }
      if (!interrupt.requested()) {
        new TourTasks(engine, ModelFolder.of(TEXT_TO_TEXT, globals), page).answer();
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
      if (!interrupt.requested()) {
        drawDigits(engine, page, interrupt);
      }
      page.end();
      return interrupt.exitCode();
    }
  }

  private void drawDigits(Engine engine, TourPage page, Interrupt interrupt) {
    if (engine.backend().name().equals(DeviceChoice.CUDA_HOST.toString())) {
      page.leftOut("no digits are drawn: that would take the emulator an hour");
    } else {
      new TourDigits(engine, out, page, interrupt).draw();
    }
  }
}
