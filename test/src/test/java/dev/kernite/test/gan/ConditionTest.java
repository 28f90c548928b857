package dev.kernite.test.gan;

import static dev.kernite.test.gan.GanOracle.assertGradients;
import static dev.kernite.test.gan.GanOracle.config;
import static dev.kernite.test.gan.GanOracle.copy;
import static dev.kernite.test.gan.GanOracle.cost;
import static dev.kernite.test.gan.GanOracle.layers;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.kernels.Memory;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanRecipe;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.sequential.Layer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Networks that are told classes: what they see, what they learn, and from which gradients. */
final class ConditionTest {
  private static final Condition TWO = new Condition.Classes(2);

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
  void classesStandBehindValuesAndAsPlanesBehindChannels() {
    GanConfig config = config(layers("Linear(3, 4)"), layers("Linear(6, 1)"), TWO, 2);
    try (Gan gan = Gan.fresh(engine, config)) {
      Tensor rows = gan.told(engine.tensor(new float[] {7, 8}, Shape.of(2, 1)), gan.oneHot(1, 0));
      assertArrayEquals(new float[] {7, 0, 1, 8, 1, 0}, rows.toFloats());
      Tensor longer = gan.told(engine.tensor(new float[4], Shape.of(1, 4)), gan.oneHot(1));
      assertArrayEquals(new float[] {0, 0, 0, 0, 0, 2}, longer.toFloats());
      Tensor image = engine.tensor(new float[] {1, 2, 3, 4}, Shape.of(1, 1, 2, 2));
      Tensor planes = gan.told(image, gan.oneHot(0));
      assertArrayEquals(new float[] {1, 2, 3, 4, 1, 1, 1, 1, 0, 0, 0, 0}, planes.toFloats());
      assertArrayEquals(new long[] {1, 3, 2, 2}, planes.shape().toArray());
    }
  }

  /** The generator "Linear(3, 4), Tanh" as float64. */
  private static double[] made(Map<String, double[]> p, int row) {
    double[] w = p.get("generator.0.weight");
    double[] b = p.get("generator.0.bias");
    double[] y = new double[4];
    for (int o = 0; o < 4; o++) {
      y[o] =
          Math.tanh(w[o * 3] * TwoImages.NOISE[row] + w[o * 3 + 1 + TwoImages.LABELS[row]] + b[o]);
    }
    return y;
  }

  /** A discriminator that is one product over image and class, linear or a convolution. */
  private static double answer(Map<String, double[]> p, double[] x, int label, boolean planes) {
    double[] w = p.get("discriminator.0.weight");
    double sum = p.get("discriminator.0.bias")[0];
    for (int i = 0; i < 4; i++) {
      sum += w[i] * x[i] + (planes ? w[4 * (1 + label) + i] : 0);
    }
    return sum + (planes ? 0 : 2 * w[4 + label]); // 2, the root of four values
  }

  private static double discriminatorLoss(Map<String, double[]> p, boolean planes) {
    double sum = 0;
    for (int row = 0; row < 2; row++) {
      int label = TwoImages.LABELS[row];
      sum += cost(answer(p, TwoImages.image(row), label, planes)) / 2;
      sum += cost(-answer(p, made(p, row), label, planes)) / 2;
    }
    return sum;
  }

  private static double generatorLoss(Map<String, double[]> p, boolean planes) {
    double sum = 0;
    for (int row = 0; row < 2; row++) {
      sum += cost(answer(p, made(p, row), TwoImages.LABELS[row], planes)) / 2;
    }
    return sum;
  }

  @Test
  void gradientsWithClassesAreThoseOfTheLosses() {
    for (boolean planes : new boolean[] {false, true}) {
      GanConfig config =
          config(
              layers("Linear(3, 4)", "Tanh()"),
              layers(planes ? "Conv2d(3, 1, 2)" : "Linear(6, 1)"),
              TWO,
              2);
      try (GanData data = new TwoImages();
          Gan gan = Gan.fresh(engine, config);
          GanTrainer trainer = new GanTrainer(gan, data)) {
        Map<String, double[]> before = copy(gan.tensors());
        GanStep step = trainer.update(0);
        assertEquals(discriminatorLoss(before, planes), step.dLoss(), 1e-6);
        assertGradients(
            gan.discriminator().parameters(), before, p -> discriminatorLoss(p, planes));
        Map<String, double[]> between = copy(gan.discriminator().parameters());
        gan.generator().parameters().keySet().forEach(n -> between.put(n, before.get(n)));
        assertEquals(generatorLoss(between, planes), step.gLoss(), 1e-6);
        assertGradients(gan.generator().parameters(), between, p -> generatorLoss(p, planes));
      }
    }
  }

  @Test
  void aGeneratorLearnsToMakeWhatItIsTold() {
    GanConfig config =
        config(
            layers("Linear(4, 16)", "ReLU()", "Linear(16, 4)", "Tanh()"),
            layers("Linear(6, 16)", "LeakyReLU(0.2)", "Linear(16, 1)"),
            TWO,
            16);
    GanRecipe recipe = config.recipe();
    config =
        config.with(
            recipe.withAdam(
                recipe.generatorAdam().withLr(3e-3), recipe.discriminatorAdam().withLr(3e-3)));
    try (Bars bars = new Bars();
        GanData data = new DrawnData(bars, config.recipe(), 8, 1);
        Gan gan = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      for (int step = 0; step < 800; step++) {
        trainer.update(step);
      }
      float[] samples = gan.generate(data.fixedInput(engine, gan)).toFloats();
      for (int i = 0; i < 8; i++) {
        double upper = samples[4 * i] + samples[4 * i + 1];
        double lower = samples[4 * i + 2] + samples[4 * i + 3];
        String what = Arrays.toString(Arrays.copyOfRange(samples, 4 * i, 4 * i + 4));
        assertTrue(i < 4 ? upper > lower + 1 : lower > upper + 1, i + ": " + what);
      }
    }
  }

  @Test
  void stepsTakeNoMoreMemoryThanTheFirstTwo() {
    List<Layer> generator = layers("Linear(14, 784)", "Tanh()", "Unflatten(1, (1, 28, 28))");
    List<Layer> told = layers("Conv2d(11, 2, 4, 4)", "Flatten()", "Linear(98, 1)");
    List<Layer> alone = layers("Conv2d(1, 2, 4, 4)", "Flatten()", "Linear(98, 1)");
    for (GanConfig config :
        List.of(
            config(generator, told, new Condition.Classes(10), 8),
            config(
                layers("ConvTranspose2d(1, 1, 2, 2)"), alone, new Condition.Reduced(2, 1, 0.1), 8),
            config(
                layers("ConvTranspose2d(1, 1, 2, 2)"), alone, new Condition.Reduced(2, 1, 0), 8))) {
      // On one thread: how many tasks need scratch at a time is chance on two.
      try (Engine single = Engine.open(EngineOptions.DEFAULT.withThreads(1).withSeed(4));
          Mnist mnist = Mnist.bundled();
          GanData data =
              new DrawnData(mnist.training().scaled(PixelScale.SIGNED), config.recipe(), 10, 3);
          Gan gan = Gan.fresh(single, config);
          GanTrainer trainer = new GanTrainer(gan, data)) {
        Memory memory = single.backend().memory();
        trainer.update(0);
        trainer.update(1);
        long inUse = memory.bytesInUse();
        long reserved = memory.bytesReserved();
        for (int step = 2; step < 60; step++) {
          trainer.update(step);
        }
        assertEquals(inUse, memory.bytesInUse(), config.condition().toString());
        assertEquals(reserved, memory.bytesReserved(), config.condition().toString());
      }
    }
  }

  @Test
  void mistakesAreNamed() {
    List<Layer> g = layers("Linear(3, 4)");
    refused("takes the data's images", g, layers("Linear(5, 1)"), TWO, "does not take");
    refused("classes", g, layers("Linear(7, 1)"), new Condition.Classes(3), "the data have 2");
    refused("no noise", layers("Linear(2, 4)"), layers("Linear(6, 1)"), TWO, "none for noise");
    refused(
        "does not enlarge",
        layers("Conv2d(1, 1, 1)"),
        layers("Conv2d(1, 1, 2)"),
        new Condition.Reduced(2, 1, 0),
        "[1, 1, 1, 1]");
    refused(
        "odd sides",
        layers("ConvTranspose2d(1, 1, 2, 2)"),
        layers("Conv2d(1, 1, 2)"),
        new Condition.Reduced(3, 1, 0),
        "cannot be reduced");
    assertThrows(ModelException.class, () -> new Condition.Reduced(2, 0, 0));
    assertThrows(ModelException.class, () -> new Condition.Reduced(2, Double.NaN, 1));
    assertThrows(ModelException.class, () -> new Condition.Reduced(1, 1, 1));
    assertThrows(ModelException.class, () -> new Condition.Classes(1));
  }

  private void refused(
      String what, List<Layer> g, List<Layer> d, Condition condition, String message) {
    try (GanData data = new TwoImages();
        Gan gan = Gan.fresh(engine, config(g, d, condition, 2))) {
      ModelException e = assertThrows(ModelException.class, () -> new GanTrainer(gan, data), what);
      assertTrue(e.getMessage().contains(message), e.getMessage());
    }
  }
}
