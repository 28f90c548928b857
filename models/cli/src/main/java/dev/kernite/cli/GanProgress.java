package dev.kernite.cli;

import dev.kernite.engine.Tensor;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.EnlargementJudge;
import dev.kernite.models.gan.GanJudge;
import dev.kernite.models.gan.GanListener;
import dev.kernite.models.gan.GanRun;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.SampleJudge;
import dev.kernite.models.metrics.ClassHistogram;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Shows how a GAN's run goes on: a bar on a terminal, a plain line every few seconds elsewhere, and
 * with {@code --json} every step as an object on standard output.
 */
final class GanProgress implements GanListener, AutoCloseable {
  private final Globals globals;
  private final long steps;
  private final GanPictures pictures;
  private final List<String> columns;
  private GanJudge.Verdict last; // null before the first
  private boolean collapsed;
  private long began;
  private long done;
  private Progress bar; // from the first step on: only then is it known where a run resumes

  GanProgress(Globals globals, long steps, GanPictures pictures, Condition condition) {
    this.columns = GanStep.columns(condition);
    this.globals = globals;
    this.steps = steps;
    this.pictures = pictures;
  }

  @Override
  public void onStep(GanStep step) {
    if (bar == null) {
      bar = Progress.start(globals.err(), "training", "step", step.step(), steps);
      began = System.nanoTime();
    } else {
      done++;
    }
    if (globals.json()) {
      JsonLine line = new JsonLine().put("step", step.step());
      double[] values = step.values();
      for (int i = 0; i < values.length; i++) {
        line.put(columns.get(i), Double.isFinite(values[i]) ? values[i] : null);
      }
      line.print(globals.out());
      globals.out().flush();
    }
    bar.at(step.step() + 1, note(step));
  }

  private static String note(GanStep step) {
    if (step.content().isPresent()) {
      return String.format(
          Locale.ROOT,
          "loss G %.5f, of the content %.5f",
          step.gLoss(),
          step.content().getAsDouble());
    }
    return String.format(
        Locale.ROOT,
        "loss D %.4f, G %.4f; D(x) %.3f, D(G(z)) %.3f",
        step.dLoss(),
        step.gLoss(),
        step.real().probability(),
        step.fake().probability());
  }

  @Override
  public void onEpoch(long epoch, long steps, Tensor samples) {
    pictures.onEpoch(epoch, steps, samples);
  }

  @Override
  public void onJudged(long epoch, GanJudge.Verdict verdict) {
    last = verdict;
    switch (verdict) {
      case SampleJudge.Verdict v -> judged(epoch, v);
      case EnlargementJudge.Verdict v ->
          say("epoch %d: PSNR %.2f dB, bicubic %.2f dB", epoch, v.made(), v.bicubic());
    }
  }

  private void judged(long epoch, SampleJudge.Verdict verdict) {
    ClassHistogram histogram = verdict.histogram();
    say(
        "epoch %d: Fréchet distance %.2f, %d of %d classes, %.3f nats from equal shares%s",
        epoch,
        verdict.frechet(),
        verdict.modes(),
        histogram.classes(),
        histogram.klToUniform(),
        verdict.asTold().isPresent()
            ? String.format(Locale.ROOT, ", %.1f %% as told", 100 * verdict.asTold().getAsDouble())
            : "");
    if (verdict.collapsed() && !collapsed) {
      say("warning: mode collapse: the generator draws few of the classes; see judge.jsonl");
    }
    collapsed = verdict.collapsed();
  }

  @Override
  public void onFinished(Tensor samples, Tensor paths, int points) {
    pictures.onFinished(samples, paths, points);
  }

  @Override
  public void onEnlarged(Tensor reduced, Tensor enlarged, Tensor truth) {
    pictures.onEnlarged(reduced, enlarged, truth);
  }

  /**
   * The last word.
   *
   * @param stallNanos how long steps have waited for images
   * @param line the last of {@code --json}, to which to add
   */
  void summary(GanRun.Outcome outcome, long stallNanos, Path out, JsonLine line) {
    close();
    double rate = done * 1e9 / Math.max(1, System.nanoTime() - began);
    if (outcome.finished()) {
      say("%d steps, %.1f a second; the model is in %s", outcome.steps(), rate, out);
      double millis = stallNanos / 1e6;
      say("waited for images: %.2f ms in all, %.4f ms a step", millis, millis / (done + 1));
      pictures.written().forEach(picture -> say("  %s", picture));
    } else {
      say("stopped after step %d of %d; continue with --resume", outcome.steps(), steps);
    }
    line.put("out", out.toString())
        .put("steps", outcome.steps())
        .put("finished", outcome.finished())
        .put("steps_per_second", rate)
        .put("input_stall_seconds", stallNanos / 1e9);
    switch (last) {
      case null -> {}
      case SampleJudge.Verdict v -> {
        line.put("frechet_distance", v.frechet())
            .put("modes_covered", v.modes())
            .put("kl_to_uniform", v.histogram().klToUniform());
        v.asTold().ifPresent(share -> line.put("as_told", share));
      }
      case EnlargementJudge.Verdict v ->
          line.put("psnr", v.made()).put("psnr_bicubic", v.bicubic());
    }
    if (outcome.finished()) {
      line.put("pictures", pictures.written().stream().map(Path::toString).toList());
    }
  }

  void say(String format, Object... values) {
    globals.err().println(String.format(Locale.ROOT, format, values));
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
