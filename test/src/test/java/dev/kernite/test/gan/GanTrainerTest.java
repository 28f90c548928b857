package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.engine.EngineOptions;
import dev.kernite.kernels.Memory;
import dev.kernite.models.ModelException;
import dev.kernite.models.data.Mnist;
import dev.kernite.models.data.PixelScale;
import dev.kernite.models.gan.DrawnData;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanData;
import dev.kernite.models.gan.GanStep;
import dev.kernite.models.gan.GanTrainer;
import dev.kernite.models.sequential.Layer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Steps of a GAN: memory, what they change, and what they are told. */
final class GanTrainerTest {
  private Engine engine;
  private Mnist mnist;

  @BeforeEach
  void open() {
    engine = Engine.open(EngineOptions.DEFAULT.withThreads(2).withSeed(9));
    mnist = Mnist.bundled();
  }

  @AfterEach
  void close() {
    mnist.close();
    engine.close();
  }

  /** The preset's manner of training with networks small enough for a test. */
  private static GanConfig small(String preset) {
    GanConfig like = GanConfig.preset(preset);
    List<Layer> discriminator =
        layers("Linear(784, 16)", "LeakyReLU(0.2)", "Linear(16, 1)", "Sigmoid()");
    return new GanConfig(
        layers("Linear(6, 16)", "ReLU()", "Linear(16, 784)", "Tanh()"),
        preset.endsWith("logits") ? discriminator.subList(0, 3) : discriminator,
        like.loss(),
        like.recipe().withBatch(8, like.recipe().reuseFakes()));
  }

  private static List<Layer> layers(String... texts) {
    return Stream.of(texts).map(Layer::of).toList();
  }

  private GanData data(GanConfig config) {
    return new DrawnData(mnist.training().scaled(PixelScale.SIGNED), config.recipe(), 4, 3);
  }

  @Test
  void aHundredStepsTakeNoMoreMemoryThanTwo() {
    noGrowth(100);
  }

  @Test
  @Tag("slow")
  void norDoAHundredThousand() {
    noGrowth(100_000);
  }

  private void noGrowth(long steps) {
    for (String preset : List.of("mlp", "mlp-logits", "keras")) {
      GanConfig config = small(preset);
      try (GanData data = data(config);
          Gan gan = Gan.fresh(engine, config);
          GanTrainer trainer = new GanTrainer(gan, data)) {
        Memory memory = engine.backend().memory();
        trainer.update(0);
        trainer.update(1);
        long inUse = memory.bytesInUse();
        long reserved = memory.bytesReserved();
        for (long step = 2; step < steps; step++) {
          trainer.update(step);
        }
        assertEquals(inUse, memory.bytesInUse(), preset);
        assertEquals(reserved, memory.bytesReserved(), preset);
      }
      assertEquals(0, engine.backend().memory().bytesInUse(), preset);
    }
  }

  @Test
  void aDiscriminatorLearnsToTellDigitsFromNoise() {
    for (String preset : List.of("mlp", "mlp-logits", "keras")) {
      GanConfig config = small(preset);
      try (GanData data = data(config);
          Gan gan = Gan.fresh(engine, config);
          GanTrainer trainer = new GanTrainer(gan, data)) {
        GanStep first = trainer.update(0);
        GanStep last = first;
        for (int step = 1; step < 60; step++) {
          last = trainer.update(step);
        }
        assertTrue(last.dLoss() < 0.7 * first.dLoss(), preset + ": " + first + " " + last);
        assertTrue(last.accuracy() > 0.9, preset + ": " + last);
        assertTrue(last.real().probability() > last.fake().probability(), preset + ": " + last);
      }
    }
  }

  @Test
  void presetsAreWhatTheySay() {
    GanConfig mlp = GanConfig.preset("mlp");
    assertEquals(7, mlp.generator().size() - 1);
    assertEquals("Linear(1024, 784)", mlp.generator().get(6).toString());
    assertEquals("Sigmoid()", mlp.discriminator().getLast().toString());
    assertEquals(30, mlp.recipe().duration().epochs());
    GanConfig keras = GanConfig.preset("keras");
    assertEquals(1e-7, keras.recipe().probabilityClip());
    assertEquals(1e-3, keras.recipe().generatorAdam().lr());
    assertEquals(30_000, keras.recipe().duration().in(1875));
    try (GanData data = data(keras)) {
      assertEquals(32, data.realRows());
      assertEquals(64, data.noiseRows());
    }
  }

  @Test
  void frozenParametersGetNoGradientFromTheGeneratorsStep() {
    GanConfig config = small("mlp");
    try (GanData data = data(config);
        Gan gan = Gan.fresh(engine, config);
        GanTrainer trainer = new GanTrainer(gan, data)) {
      gan.tensors().values().forEach(t -> assertNull(t.grad()));
      trainer.update(0);
      // With equal targets for both kinds the discriminator's output bias has this gradient alone:
      // mean of (p - 1) over real images and of p over generated ones.
      GanStep again = trainer.update(1);
      double want = again.real().mean() - 1 + again.fake().mean();
      double got = gan.discriminator().parameters().get("discriminator.2.bias").grad().item();
      assertTrue(Math.abs(got - want) <= 1e-6, got + ", " + want);
    }
  }

  @Test
  void networksThatDoNotFitAreRefused() {
    GanConfig small = small("mlp");
    GanConfig wrong =
        new GanConfig(
            layers("Linear(6, 783)", "Tanh()"),
            small.discriminator(),
            small.loss(),
            small.recipe());
    try (GanData data = data(wrong);
        Gan gan = Gan.fresh(engine, wrong)) {
      ModelException e = assertThrows(ModelException.class, () -> new GanTrainer(gan, data));
      assertTrue(e.getMessage().contains("[1, 783]"), e.getMessage());
    }
  }
}
