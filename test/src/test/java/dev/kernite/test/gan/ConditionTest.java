package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
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
import dev.kernite.models.gan.AdamConfig;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.EnlargementJudge;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanLoss;
import dev.kernite.models.gan.GanRecipe;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.sequential.Layer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Networks that are told classes or given reduced images: what they see, what they learn, and from
 * which gradients. Those are compared with central differences of the losses, which the tests write
 * out in float64.
 */
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

  private static List<Layer> layers(String... texts) {
    return Stream.of(texts).map(Layer::of).toList();
  }

  private static GanConfig config(List<Layer> g, List<Layer> d, Condition condition, int batch) {
    GanRecipe recipe = GanConfig.preset("cgan").recipe().withBatch(batch, true);
    return new GanConfig(g, d, GanLoss.BCE_WITH_LOGITS, recipe, condition);
  }

  // What the networks are given.

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

  // Gradients.

  /** Two images of 2 x 2, a class each, and noise of one value. */
  private static final class TwoImages implements GanData {
    static final float[] REAL = {0.3f, -0.2f, 0.9f, 0.1f, -0.7f, 0.4f, 0.2f, -0.5f};
    static final float[] NOISE = {0.6f, -1.1f};
    static final int[] LABELS = {1, 0};

    @Override
    public int realRows() {
      return 2;
    }

    @Override
    public int noiseRows() {
      return 2;
    }

    @Override
    public long[] image() {
      return new long[] {1, 2, 2};
    }

    @Override
    public boolean separateNoise() {
      return false;
    }

    @Override
    public long stepsPerEpoch() {
      return 1;
    }

    @Override
    public long fingerprint() {
      return 0;
    }

    @Override
    public void real(long step, Tensor images) {
      images.copyFrom(MemorySegment.ofArray(REAL));
    }

    @Override
    public void noise(long step, boolean generator, Tensor noise) {
      noise.copyFrom(MemorySegment.ofArray(NOISE));
    }

    @Override
    public int classes() {
      return 2;
    }

    @Override
    public void classes(long step, Tensor oneHot) {
      oneHot.copyFrom(MemorySegment.ofArray(new float[] {0, 1, 1, 0}));
    }

    @Override
    public Tensor fixedInput(Engine engine, Gan gan) {
      throw new AssertionError("not asked for");
    }
  }

  private static Map<String, double[]> copy(Map<String, Tensor> parameters) {
    Map<String, double[]> values = new TreeMap<>();
    parameters.forEach((name, t) -> values.put(name, doubles(t)));
    return values;
  }

  private static double[] doubles(Tensor t) {
    float[] floats = t.toFloats();
    return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
  }

  /** -log sigmoid(x), the cost of x where 1 is wanted. */
  private static double cost(double x) {
    return Math.log1p(Math.exp(-x));
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

  private static double[] real(int row) {
    double[] x = new double[4];
    Arrays.setAll(x, i -> TwoImages.REAL[row * 4 + i]);
    return x;
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
      sum += cost(answer(p, real(row), label, planes)) / 2;
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

  private static void assertGradients(
      Map<String, Tensor> live,
      Map<String, double[]> at,
      ToDoubleFunction<Map<String, double[]>> loss) {
    live.forEach(
        (name, tensor) -> {
          double[] got = doubles(tensor.grad());
          for (int i = 0; i < got.length; i++) {
            double before = at.get(name)[i];
            at.get(name)[i] = before + 1e-5;
            double above = loss.applyAsDouble(at);
            at.get(name)[i] = before - 1e-5;
            double below = loss.applyAsDouble(at);
            at.get(name)[i] = before;
            double want = (above - below) / 2e-5;
            String what = name + "[" + i + "] " + got[i] + ", differences " + want;
            assertTrue(Math.abs(got[i] - want) <= 1e-6, what);
          }
        });
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

  /** A generator that spreads each pixel over a square, and a discriminator that is one product. */
  private static GanConfig enlarging(double content, double adversarial) {
    return config(
        layers("ConvTranspose2d(1, 1, 2, 2)"),
        layers("Conv2d(1, 1, 2)"),
        new Condition.Reduced(2, content, adversarial),
        2);
  }

  private static double[] enlarged(Map<String, double[]> p, int row) {
    double mean = Arrays.stream(real(row)).average().orElseThrow();
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
        sum += content * Math.pow(y[i] - real(row)[i], 2) / 8;
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

  // Learning.

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

  // Mistakes.

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
