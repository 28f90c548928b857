package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.LoaderOptions;
import dev.kernite.models.digits.DigitClassifier;
import dev.kernite.models.metrics.ClassHistogram;
import dev.kernite.models.metrics.FeatureStatistics;
import dev.kernite.models.metrics.FrechetDistance;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Measures what a generator makes by a classifier's eyes: which classes it draws how often, and how
 * far the features of its images are from those of real ones. It draws from noise of its own, the
 * same each time, so judging changes nothing of a run.
 */
public final class SampleJudge implements GanJudge {
  /** Images that are generated or read at a time. */
  private static final int ROWS = 200;

  /** More real images than this do not change the distance that shows. */
  private static final int MOST_REAL = 10_000;

  /** A class counts as covered if at least this part of the samples is of it. */
  private static final double COVERED = 0.01;

  private static final long NOISE_KEY = 0x6A75646765L; // "judge"

  private final DigitClassifier classifier;
  private final FeatureStatistics real;
  private final int samples;

  /**
   * What came out.
   *
   * @param histogram classes of the samples
   * @param frechet Fréchet distance of their features from those of real images
   * @param asTold share of the samples that are of the class their generator was told; none where
   *     it is told none
   */
  public record Verdict(ClassHistogram histogram, double frechet, OptionalDouble asTold)
      implements GanJudge.Verdict {
    private static List<String> columns(int classes, boolean told) {
      List<String> columns =
          new ArrayList<>(List.of("frechet_distance", "modes_covered", "kl_to_uniform"));
      for (int label = 0; label < classes; label++) {
        columns.add("share_" + label);
      }
      if (told) {
        columns.add("as_told");
      }
      return columns;
    }

    @Override
    public double[] values() {
      double[] values = new double[3 + histogram.classes() + (asTold.isPresent() ? 1 : 0)];
      values[0] = frechet;
      values[1] = modes();
      values[2] = histogram.klToUniform();
      for (int label = 0; label < histogram.classes(); label++) {
        values[3 + label] = histogram.share(label);
      }
      asTold.ifPresent(share -> values[values.length - 1] = share);
      return values;
    }

    /** Classes of which at least 1 % of the samples are. */
    public int modes() {
      return histogram.modesCovered(COVERED);
    }

    /**
     * Whether the generator has collapsed onto few classes: as unevenly as it draws them, it might
     * as well draw fewer than half of them evenly.
     */
    public boolean collapsed() {
      return histogram.klToUniform() > Math.log(2);
    }
  }

  /**
   * Reads the real images.
   *
   * @param classifier stays the caller's
   * @param images real ones, from -1 to 1
   * @param samples images to generate for each verdict, at least 2
   */
  public SampleJudge(DigitClassifier classifier, Dataset images, int samples) {
    if (samples < 2) {
      throw new ModelException("a verdict needs two samples at least, not " + samples);
    }
    this.classifier = classifier;
    this.samples = samples;
    this.real = new FeatureStatistics(classifier.features());
    Engine engine = classifier.engine();
    try (DataLoader batches = new DataLoader(images, LoaderOptions.shuffled(ROWS, 0))) {
      long steps = Math.min(batches.stepsPerEpoch(), MOST_REAL / ROWS);
      for (long step = 0; step < steps; step++) {
        try (Scope _ = engine.scope()) {
          real.add(classifier.read(batches.batch(step).items(engine)).features());
        }
      }
    }
  }

  @Override
  public List<String> columns(Gan gan) {
    return Verdict.columns(classifier.classes().size(), gan.classes() > 0);
  }

  /** Draws samples, of each class in turn where the generator is told one. */
  @Override
  public Verdict judge(Gan gan) {
    Engine engine = gan.engine();
    int classes = classifier.classes().size();
    FeatureStatistics made = new FeatureStatistics(classifier.features());
    ClassHistogram histogram = new ClassHistogram(classes);
    int asTold = 0;
    for (int done = 0; done < samples; done += ROWS) {
      try (Scope _ = engine.scope()) {
        Tensor noise = engine.zeros(gan.noiseShape(Math.min(ROWS, samples - done)));
        long offset = done * noise.shape().inner(0) / 4; // ROWS is a multiple of 4
        engine.backend().random().normal(noise.address(), noise.size(), 0, 1, NOISE_KEY, offset);
        int[] told = gan.classesInTurn(done, (int) noise.shape().dim(0));
        Tensor input = gan.classes() == 0 ? noise : gan.told(noise, gan.oneHot(told));
        DigitClassifier.Reading reading = classifier.read(gan.generate(input));
        made.add(reading.features());
        List<Integer> labels = reading.labels(classes);
        labels.forEach(histogram::add);
        for (int i = 0; i < told.length; i++) {
          asTold += told[i] == labels.get(i) ? 1 : 0;
        }
      }
    }
    return new Verdict(
        histogram,
        FrechetDistance.between(real, made),
        gan.classes() == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) asTold / samples));
  }
}
