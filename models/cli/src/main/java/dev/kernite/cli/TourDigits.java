package dev.kernite.cli;

import dev.kernite.engine.Engine;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.data.LoaderOptions;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.digits.DigitClassifier;
import dev.kernite.models.digits.DigitHeldOut;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanRun;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.gan.SampleJudge;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * The part of the tour in which a GAN learns to draw the digits that it is asked for; a classifier
 * that has learnt to read from the same digits tells how many of them it recognises.
 */
final class TourDigits {
  private static final String PRESET = "cgan-small";
  private static final long SEED = 1;
  private static final int SAMPLES = 100;

  /** On a slow machine the GAN ends here, as far as it has come. */
  private static final Duration MOST = Duration.ofSeconds(40);

  private static final int READING_EPOCHS = 8;
  private static final int READING_BATCH = 32;
  private static final double READING_RATE = 1e-3;
  private static final int JUDGED = 1000;

  private final Engine engine;
  private final Path out;
  private final TourPage page;
  private final Interrupt interrupt;

  /**
   * Prepares the part.
   *
   * @param out folder for the pictures; created if need be
   */
  TourDigits(Engine engine, Path out, TourPage page, Interrupt interrupt) {
    this.engine = engine;
    this.out = out;
    this.page = page;
    this.interrupt = interrupt;
  }

  void draw() {
    page.part(
        "A GAN learns to draw the digits it is asked for",
        "two small convolutional networks, from nothing, on the 2,000 digits that come along");
    GanConfig config = GanConfig.preset(PRESET);
    try (Mnist mnist = Mnist.bundled();
        DrawnData data = new DrawnData(signed(mnist), config.recipe(), SAMPLES, SEED);
        Gan gan = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data);
        TourDrawing drawing = new TourDrawing(page, out, trainer)) {
      GanRun.Outcome outcome = train(trainer, drawing);
      if (interrupt.requested()) {
        return;
      }
      JsonLine result = new JsonLine().put("part", "digits");
      drawing.summary(outcome.steps(), result);
      judge(mnist, gan, result);
      GanCurves.draw(out.resolve(GanRun.LOG), out.resolve("loss.png"), page.err());
      drawing.showPictures(result);
      page.line("");
      page.line("   By hand: kernite gan --preset " + PRESET + " --data mnist-small --out DIR");
      page.result(result);
    }
  }

  private static Dataset signed(Mnist mnist) {
    return mnist.training().scaled(PixelScale.SIGNED);
  }

  /** To the end of the configuration's steps, or of the time. */
  private GanRun.Outcome train(GanTrainer trainer, TourDrawing drawing) {
    long steps = trainer.gan().config().recipe().duration().in(trainer.data().stepsPerEpoch());
    long end = System.nanoTime() + MOST.toNanos();
    GanRun.Outcome outcome =
        run(trainer, steps)
            .run(false, drawing, () -> interrupt.requested() || System.nanoTime() - end > 0);
    return outcome.finished() || interrupt.requested()
        ? outcome
        : run(trainer, outcome.steps()).run(true, drawing, interrupt::requested);
  }

  private GanRun run(GanTrainer trainer, long steps) {
    return new GanRun(trainer, null, out, new GanRun.Plan(steps, steps), Map.of());
  }

  private void judge(Mnist mnist, Gan gan, JsonLine result) {
    Dataset digits = signed(mnist);
    try (DigitClassifier classifier =
        DigitClassifier.fresh(engine, digits.itemShape().size(), digits.classes())) {
      learnToRead(classifier, digits);
      double right =
          new DigitHeldOut(mnist.test().scaled(PixelScale.SIGNED))
              .score(classifier)
              .matrix()
              .accuracy();
      SampleJudge.Verdict verdict = new SampleJudge(classifier, digits, JUDGED).judge(gan);
      double asked = verdict.asTold().orElseThrow();
      say(
          "%.0f %% of %,d new drawings are read as what was asked for, by a classifier that reads",
          100 * asked, JUDGED);
      say("%.0f %% of %d digits of other people right", 100 * right, mnist.test().size());
      result
          .put("read_as_asked", asked)
          .put("frechet_distance", verdict.frechet())
          .put("modes_covered", verdict.modes())
          .put("classifier_accuracy", right);
    }
  }

  private void learnToRead(DigitClassifier classifier, Dataset digits) {
    LoaderOptions options = LoaderOptions.shuffled(READING_BATCH, SEED);
    try (DataLoader batches = new DataLoader(digits, options);
        Adam adam = new Adam(ParameterGroup.all(classifier.parameters(), 0), Adam.Options.ADAMW)) {
      long steps = READING_EPOCHS * batches.stepsPerEpoch();
      TrainingOptions training = new TrainingOptions(steps, READING_RATE, 0, 1, 0, 0);
      Trainer<ItemBatch> trainer =
          new Trainer<>(classifier, adam, Schedule.linear(0, steps), training);
      for (long step = 0; step < steps && !interrupt.requested(); step++) {
        trainer.update(step, batches.batch(step));
      }
    }
  }

  private void say(String format, Object... values) {
    page.line("   " + String.format(Locale.ROOT, format, values));
  }
}
