package dev.kernite.models.gan;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.DataLoader;
import dev.kernite.models.data.Dataset;
import dev.kernite.models.data.LoaderOptions;
import dev.kernite.models.images.Bicubic;
import dev.kernite.models.metrics.SignalToNoise;
import java.util.Arrays;
import java.util.List;

/**
 * Measures how near enlarged images come to the true ones, beside what bicubic enlargement makes of
 * the same. Overshoot of the latter is cut off, as it would be in a file.
 */
public final class EnlargementJudge implements GanJudge {
  /** Images at a time. */
  private static final int ROWS = 200;

  /** White minus black. */
  private static final double RANGE = 2;

  private final Dataset images;

  /**
   * What came out: means over the images, in decibels.
   *
   * @param made peak signal-to-noise ratio of what the generator makes
   * @param bicubic of what bicubic enlargement makes
   */
  public record Verdict(double made, double bicubic) implements GanJudge.Verdict {
    @Override
    public double[] values() {
      return new double[] {made, bicubic};
    }
  }

  /**
   * Judges by the first images of some.
   *
   * @param images [channels, height, width] from -1 to 1, which the generator does not learn from;
   *     stay the caller's
   * @param most how many at most
   */
  public EnlargementJudge(Dataset images, int most) {
    if (most < 1) {
      throw new ModelException("a verdict needs an image at least, not " + most);
    }
    int[] first = new int[Math.min(most, images.size())];
    Arrays.setAll(first, i -> i);
    this.images = images.select(first);
  }

  @Override
  public List<String> columns(Gan gan) {
    return List.of("psnr", "psnr_bicubic");
  }

  @Override
  public Verdict judge(Gan gan) {
    Engine engine = gan.engine();
    double made = 0;
    double bicubic = 0;
    try (DataLoader batches = new DataLoader(images, LoaderOptions.inOrder(ROWS))) {
      for (long step = 0; step < batches.stepsPerEpoch(); step++) {
        try (Scope _ = engine.scope()) {
          Tensor truth = batches.batch(step).items(engine);
          Tensor small = gan.reduced(truth);
          Shape shape = truth.shape();
          made += sum(gan.generate(small).toFloats(), truth.toFloats(), shape);
          bicubic += sum(enlarged(small, shape), truth.toFloats(), shape);
        }
      }
    }
    return new Verdict(made / images.size(), bicubic / images.size());
  }

  /** Sum of the images' ratios. */
  private static double sum(float[] images, float[] truth, Shape shape) {
    int size = (int) shape.inner(0);
    double sum = 0;
    for (int at = 0; at < truth.length; at += size) {
      float[] image = Arrays.copyOfRange(images, at, at + size);
      float[] reference = Arrays.copyOfRange(truth, at, at + size);
      sum += SignalToNoise.peakDecibels(image, reference, RANGE);
    }
    return sum;
  }

  /**
   * Enlarges images by cubic convolution.
   *
   * @param small [n, channels, height, width], from -1 to 1
   * @param to [n, channels, greater height, greater width]
   * @return values of shape {@code to}, from -1 to 1
   */
  public static float[] enlarged(Tensor small, Shape to) {
    Shape from = small.shape();
    int plane = (int) from.inner(1);
    int large = (int) to.inner(1);
    float[] values = small.toFloats();
    float[] all = new float[(int) to.size()];
    for (int i = 0; i < values.length / plane; i++) {
      float[] image =
          Bicubic.enlarge(
              Arrays.copyOfRange(values, i * plane, (i + 1) * plane),
              (int) from.dim(2),
              (int) from.dim(3),
              (int) to.dim(2),
              (int) to.dim(3));
      for (int at = 0; at < large; at++) {
        all[i * large + at] = Math.clamp(image[at], -1, 1);
      }
    }
    return all;
  }
}
