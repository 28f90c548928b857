package dev.kernite.cli;

import dev.kernite.models.generation.Perplexity;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.HeldOut;
import dev.kernite.models.training.TrainingListener;
import dev.kernite.models.training.TrainingLog;
import dev.kernite.models.training.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows how a run goes on: a bar on a terminal, a plain line every few seconds elsewhere, and with
 * {@code --json} every update as an object on standard output.
 */
final class TrainProgress implements TrainingListener, AutoCloseable {
  private final Globals globals;
  private final long steps;
  private final HeldOut heldOut;
  private final long began = System.nanoTime();
  private Progress bar; // from the first step on: only then is it known where a run resumes
  private long tokens;

  TrainProgress(Globals globals, long steps, TrainData.Loaded data) {
    this.globals = globals;
    this.steps = steps;
    this.heldOut = data.heldOut();
  }

  @Override
  public void onStep(TrainingLog.Entry step, long batchTokens) {
    if (bar == null) {
      bar = Progress.start(globals.err(), "training", "step", step.step(), steps);
    }
    tokens += batchTokens;
    if (globals.json()) {
      new JsonLine()
          .put("step", step.step())
          .put("loss", step.loss())
          .put("grad_norm", step.gradNorm())
          .put("lr", step.lr())
          .print(globals.out());
      globals.out().flush();
    }
    bar.at(
        step.step() + 1,
        String.format(
            Locale.ROOT,
            "loss %.4f, gradient norm %.3f, lr %.3g, %,.0f tokens/s",
            step.loss(),
            step.gradNorm(),
            step.lr(),
            tokensPerSecond()));
  }

  @Override
  public void onEvaluation(long done, Perplexity.Score score, boolean best) {
    say("step %d/%d: held out %s%s", done, steps, describe(score), best ? ", the best so far" : "");
  }

  private String describe(Perplexity.Score score) {
    return String.format(
        Locale.ROOT,
        "loss %.4f, perplexity %.2f, %.4f bits per byte",
        score.mean(),
        score.perplexity(),
        score.bitsPerByte(heldOut.bytes()));
  }

  /** The last word: where the model is and how good. */
  void summary(TrainingRun.Outcome outcome, Path out) {
    finishBar();
    if (!outcome.finished()) {
      say("stopped after step %d of %d; continue with --resume", outcome.steps(), steps);
    } else {
      say("%d steps in %s; the model is in %s", steps, clock(System.nanoTime() - began), out);
    }
    if (globals.json()) {
      Evaluation last = outcome.evaluations().isEmpty() ? null : outcome.evaluations().getLast();
      JsonLine line =
          new JsonLine()
              .put("out", out.toString())
              .put("steps", outcome.steps())
              .put("finished", outcome.finished())
              .put("tokens_per_second", tokensPerSecond());
      if (last != null) {
        line.put("eval_loss", last.score().mean())
            .put("perplexity", last.score().perplexity())
            .put("bits_per_byte", last.score().bitsPerByte(heldOut.bytes()));
      }
      line.print(globals.out());
    }
  }

  private double tokensPerSecond() {
    return tokens * 1e9 / Math.max(1, System.nanoTime() - began);
  }

  private void say(String format, Object... values) {
    globals.err().println(String.format(Locale.ROOT, format, values));
  }

  private static String clock(long nanos) {
    Duration d = Duration.ofNanos(nanos);
    return "%d:%02d:%02d".formatted(d.toHours(), d.toMinutesPart(), d.toSecondsPart());
  }

  @Override
  public void close() {
    finishBar();
  }

  private void finishBar() {
    if (bar != null) {
      bar.close();
    }
  }
}
