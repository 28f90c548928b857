package dev.kernite.cli;

import dev.kernite.engine.Tensor;
import dev.kernite.models.gan.GanListener;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Shows how a GAN gets better at drawing: a line of progress, some digits now and then, files. */
final class TourDrawing implements GanListener, AutoCloseable {
  /** Which digits are shown as text, and after which epochs. */
  private static final int[] DIGITS = {2, 4, 7, 8};

  private static final List<Long> SHOWN = List.of(1L, 5L);

  private final TourPage page;
  private final Path out;
  private final GanTrainer trainer;
  private final GanPictures pictures;
  private final long steps;
  private final long began = System.nanoTime();
  private long trained; // when the last step was done
  private GanStep last;
  private Progress bar; // none while text is shown

  TourDrawing(TourPage page, Path out, GanTrainer trainer) {
    this.page = page;
    this.out = out;
    this.trainer = trainer;
    this.pictures =
        new GanPictures(out, trainer.data().image(), trainer.gan().config().condition());
    this.steps = trainer.gan().config().recipe().duration().in(trainer.data().stepsPerEpoch());
  }

  @Override
  public void onStep(GanStep step) {
    if (bar == null) {
      bar = Progress.start(page.err(), "training", "step", step.step(), steps);
    }
    trained = System.nanoTime();
    last = step;
    bar.at(
        step.step() + 1,
        String.format(Locale.ROOT, "loss D %.3f, G %.3f", step.dLoss(), step.gLoss()));
  }

  @Override
  public void onEpoch(long epoch, long steps, Tensor samples) {
    pictures.onEpoch(epoch, steps, samples);
    if (SHOWN.contains(epoch)) {
      show(steps, samples);
    }
  }

  @Override
  public void onFinished(Tensor samples, Tensor paths, int points) {
    pictures.onFinished(samples, paths, points);
    show(last.step() + 1, samples);
  }

  /** Some of the samples as text, of which each class has as many. */
  private void show(long steps, Tensor samples) {
    close();
    List<String> names = new ArrayList<>();
    List<Tensor> shown = new ArrayList<>();
    long ofAClass = samples.shape().dim(0) / trainer.gan().classes();
    for (int digit : DIGITS) {
      names.add(Integer.toString(digit));
      shown.add(samples.narrow(0, digit * ofAClass, 1));
    }
    page.line("   asked for %s after %d steps:".formatted(String.join(", ", names), steps));
    TextPicture.sideBySide(shown).forEach(line -> page.line("   " + line));
  }

  /** How the training went. */
  void summary(long steps, JsonLine result) {
    double seconds = (trained - began) / 1e9;
    double stall = trainer.data().stallNanos() / 1e9;
    page.line(
        String.format(
            Locale.ROOT,
            "   %,d steps in %.1f s, %.4f s of them waiting for images",
            steps,
            seconds,
            stall));
    result
        .put("steps", steps)
        .put("seconds", seconds)
        .put("input_stall_seconds", stall)
        .put("d_loss", last.dLoss())
        .put("g_loss", last.gLoss());
  }

  /** Where the pictures are, and what is on them. */
  void showPictures(JsonLine result) {
    page.line("");
    List<String> written = new ArrayList<>();
    add(written, "samples.png", "a row of each digit");
    add(written, "samples.gif", "the same, epoch by epoch");
    add(written, "interpolation.png", "a way through the noise for each digit");
    add(written, "loss.png", "the losses of both networks");
    result.put("pictures", written);
  }

  private void add(List<String> written, String name, String what) {
    String path = out.resolve(name).toString();
    page.line("   %s  %s".formatted(path, what));
    written.add(path);
  }

  /** Ends the line of progress. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
