package dev.kernite.cli;

import dev.kernite.models.training.EpochLosses;
import dev.kernite.models.training.Evaluation;
import dev.kernite.models.training.FitVerdict;
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
  private final long stepsPerEpoch;
  private final Path log;
  private final long began = System.nanoTime();
  private Progress bar; // from the first step on: only then is it known where a run resumes
  private double epochLoss; // of the steps so far, those before a resume included
  private long tokens;

  /**
   * Shows nothing yet.
   *
   * @param out where the run writes its log
   */
  TrainProgress(Globals globals, TrainSetup<?> setup, Path out) {
    this.globals = globals;
    this.steps = setup.steps();
    this.stepsPerEpoch = setup.stepsPerEpoch();
    this.log = out.resolve(TrainingRun.LOG);
  }

  @Override
  public void onStep(TrainingLog.Entry step, long batchTokens) {
    if (bar == null) {
      bar = Progress.start(globals.err(), "training", "step", step.step(), steps);
      epochLoss = EpochLosses.sumBefore(step.step(), TrainingLog.read(log), stepsPerEpoch);
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
    epochLoss += step.loss();
    long done = step.step() + 1;
    if (done % stepsPerEpoch == 0) {
      if (stepsPerEpoch > 1) {
        say("epoch %d: average loss %.4f", done / stepsPerEpoch, epochLoss / stepsPerEpoch);
      }
      epochLoss = 0;
    }
  }

  @Override
  public void onEvaluation(Evaluation now, boolean best) {
    say(
        "step %d/%d: held out %s%s",
        now.step(), steps, describe(now), best ? ", the best so far" : "");
  }

  private static String describe(Evaluation now) {
    StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "loss %.4f", now.loss()));
    now.measures()
        .forEach(
            (name, value) ->
                text.append(
                    String.format(Locale.ROOT, ", %s %.4f", name.replace('_', ' '), value)));
    return text.toString();
  }

  /**
   * The last word: where the model is and how good.
   *
   * @param line the last of {@code --json}, to which to add
   */
  void summary(TrainingRun.Outcome outcome, Path out, JsonLine line) {
    finishBar();
    if (!outcome.finished()) {
      say("stopped after step %d of %d; continue with --resume", outcome.steps(), steps);
    } else {
      if (outcome.steps() < steps) {
        say("the held-out loss no longer falls: stopped early, with the best model");
      }
      say(
          "%d steps in %s; the model is in %s",
          outcome.steps(), clock(System.nanoTime() - began), out);
    }
    line.put("out", out.toString())
        .put("steps", outcome.steps())
        .put("finished", outcome.finished())
        .put("tokens_per_second", tokensPerSecond());
    if (!outcome.evaluations().isEmpty()) {
      Evaluation last = outcome.evaluations().getLast();
      line.put("eval_loss", last.loss());
      last.measures().forEach(line::put);
    }
  }

  /** What the curves say about the run. */
  void fit(FitVerdict verdict, JsonLine line) {
    if (verdict.kind() != FitVerdict.Kind.UNKNOWN) {
      say("%s: %s", verdict.kind(), verdict.reason());
      line.put("fit", verdict.kind().toString()).put("fit_reason", verdict.reason());
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
