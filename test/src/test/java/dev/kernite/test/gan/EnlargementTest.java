package dev.kernite.test.gan;

import static dev.kernite.test.gan.GanOracle.assertGradients;
import static dev.kernite.test.gan.GanOracle.config;
import static dev.kernite.test.gan.GanOracle.copy;
import static dev.kernite.test.gan.GanOracle.cost;
import static dev.kernite.test.gan.GanOracle.doubles;
import static dev.kernite.test.gan.GanOracle.layers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.gan.AdamConfig;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.EnlargementJudge;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Networks that enlarge: what they are given, what they learn, and from which gradients. */
final class EnlargementTest {
  private Engine engine;

  @BeforeEach
  void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(4));
  }

  @AfterEach
  void close() {
    engine.close();
  }

  @Test
  void aPixelOfAReducedImageIsTheMeanOfASquare() {
    GanConfig config = enlarging(1, 0);
    try (Gan gan = Gan.fresh(engine, config)) {
      float[] pixels = {1, 2, 5, 5, 3, 6, 5, 5, 0, 0, 8, 0, 0, 0, 0, 8};
      Tensor small = gan.reduced(engine.tensor(pixels, Shape.of(1, 1, 4, 4)));
      assertArrayEquals(new float[] {3, 5, 0, 4}, small.toFloats());
      assertThrows(ModelException.class, () -> gan.reduced(engine.zeros(Shape.of(1, 1, 3, 4))));
      assertThrows(ModelException.class, () -> gan.noiseShape(1));
    }
  }

  /** A generator that spreads each pixel over a square, and a discriminator that is one product. */
  private static GanConfig enlarging(double content, double adversarial) {
    return config(
        layers("ConvTranspose2d(1, 1, 2, 2)"),
        layers("Conv2d(1, 1, 2)"),
        new Condition.Reduced(2, content, adversarial),
        2);
  }

  private static double[] enlarged(Map<String, double[]> p, int row) {
    double mean = Arrays.stream(TwoImages.image(row)).average().orElseThrow();
    double[] y = new double[4];
    Arrays.setAll(y, i -> mean * p.get("generator.0.weight")[i] + p.get("generator.0.bias")[0]);
    return y;
  }

  private static double enlargementLoss(Map<String, double[]> p, double content, double against) {
    double sum = 0;
    for (int row = 0; row < 2; row++) {
      double[] y = enlarged(p, row);
      double answer = p.get("discriminator.0.bias")[0];
      for (int i = 0; i < 4; i++) {
        answer += p.get("discriminator.0.weight")[i] * y[i];
        sum += content * Math.pow(y[i] - TwoImages.image(row)[i], 2) / 8;
      }
      sum += against * cost(answer) / 2;
    }
    return sum;
  }

  @Test
  void anEnlargersGradientIsThatOfBothLosses() {
    GanConfig config = enlarging(0.7, 0.3);
    try (GanData data = new TwoImages();
        Gan gan = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      Map<String, double[]> at = copy(gan.generator().parameters());
      GanStep step = trainer.update(0);
      at.putAll(copy(gan.discriminator().parameters()));
      assertEquals(enlargementLoss(at, 0.7, 0.3), step.gLoss(), 1e-6);
      assertEquals(enlargementLoss(at, 1, 0), step.content().orElseThrow(), 1e-6);
      assertGradients(gan.generator().parameters(), at, p -> enlargementLoss(p, 0.7, 0.3));
      assertEquals(GanStep.columns(config.condition()).size(), step.values().length);
    }
  }

  @Test
  void withoutAnAdversarialLossTheDiscriminatorTakesNoPart() {
    GanConfig config = enlarging(1, 0);
    try (GanData data = new TwoImages();
        Gan gan = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      Map<String, double[]> before = copy(gan.tensors());
      GanStep step = trainer.update(0);
      assertEquals(enlargementLoss(before, 1, 0), step.gLoss(), 1e-6);
      assertTrue(step.isFinite() && Double.isNaN(step.dLoss()), step.toString());
      assertGradients(gan.generator().parameters(), before, p -> enlargementLoss(p, 1, 0));
      gan.discriminator()
          .parameters()
          .forEach(
              (name, t) -> {
                assertNull(t.grad());
                assertArrayEquals(before.get(name), doubles(t));
              });
    }
  }

  @Test
  void anEnlargerLearnsToBeatRepeatedPixels() {
    GanConfig start = GanConfig.preset("srgan");
    AdamConfig adam = start.recipe().generatorAdam().withLr(1e-2);
    GanConfig config =
        new GanConfig(
            layers("ConvTranspose2d(1, 1, kernel_size=4, stride=2, padding=1)"),
            start.discriminator(),
            start.loss(),
            start.recipe().withAdam(adam, adam),
            new Condition.Reduced(2, 1, 0));
    try (Mnist mnist = Mnist.bundled();
        GanData data =
            new DrawnData(mnist.training().scaled(PixelScale.SIGNED), config.recipe(), 4, 1);
        Gan gan = Gan.fresh(engine, config);
        Gan repeater = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      EnlargementJudge judge = new EnlargementJudge(mnist.test().scaled(PixelScale.SIGNED), 100);
      repeat(repeater);
      double nearest = judge.judge(repeater).made();
      for (int step = 0; step < 400; step++) {
        trainer.update(step);
      }
      EnlargementJudge.Verdict verdict = judge.judge(gan);
      assertTrue(verdict.made() > nearest + 0.3, verdict + ", repeated " + nearest);
      assertTrue(verdict.bicubic() > nearest, verdict + ", repeated " + nearest);
    }
  }

  /** A kernel of 4 x 4 at stride 2 whose middle repeats each pixel. */
  private static void repeat(Gan gan) {
    float[] kernel = new float[16];
    for (int middle : new int[] {5, 6, 9, 10}) {
      kernel[middle] = 1;
    }
    Map<String, Tensor> parameters = gan.generator().parameters();
    parameters.get("generator.0.weight").copyFrom(MemorySegment.ofArray(kernel));
    parameters.get("generator.0.bias").copyFrom(MemorySegment.ofArray(new float[1]));
  }

  @Test
  void aJudgeMeasuresTheMeanOfTheImagesRatios() {
    GanConfig start = GanConfig.preset("srgan");
    GanConfig config =
        new GanConfig(
            layers("ConvTranspose2d(1, 1, kernel_size=4, stride=2, padding=1)"),
            start.discriminator(),
            start.loss(),
            start.recipe(),
            start.condition());
    try (Mnist mnist = Mnist.bundled();
        Gan gan = Gan.fresh(engine, config)) {
      repeat(gan);
      double sum = 0;
      int n = 7;
      for (int image = 0; image < n; image++) {
        sum += repeatedDecibels(mnist, image);
      }
      EnlargementJudge judge = new EnlargementJudge(mnist.test().scaled(PixelScale.SIGNED), n);
      assertEquals(sum / n, judge.judge(gan).made(), 1e-4);
    }
  }

  /** PSNR of 2 x 2 means in place of pixels, from the bytes. */
  private static double repeatedDecibels(Mnist mnist, int image) {
    byte[] pixels = mnist.test().pixels(image).toArray(ValueLayout.JAVA_BYTE);
    double squares = 0;
    for (int y = 0; y < 28; y += 2) {
      for (int x = 0; x < 28; x += 2) {
        int[] four = {y * 28 + x, y * 28 + x + 1, y * 28 + 28 + x, y * 28 + 29 + x};
        double mean = Arrays.stream(four).mapToDouble(i -> pixels[i] & 0xff).average().orElse(0);
        for (int i : four) {
          squares += Math.pow(mean - (pixels[i] & 0xff), 2);
        }
      }
    }
    return 10 * Math.log10(255.0 * 255 * 784 / squares);
  }
}
