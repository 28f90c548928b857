package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.engine.Engine;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.gan.Gan;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanLoss;
import dev.kernite.models.sequential.Layer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks from the names and shapes of their weights. */
final class InferenceTest {
  @TempDir private Path folder;

  private static List<Layer> layers(String... texts) {
    return Stream.of(texts).map(Layer::of).toList();
  }

  private static GanConfig config(List<Layer> generator, List<Layer> discriminator) {
    GanLoss loss =
        discriminator.getLast() instanceof Layer.Sigmoid ? GanLoss.BCE : GanLoss.BCE_WITH_LOGITS;
    return new GanConfig(generator, discriminator, loss, GanConfig.preset("mlp").recipe());
  }

  /** Writes fresh weights and looks at nothing but them. */
  private GanConfig inferred(GanConfig config, GanLoss loss, long... image) {
    Path file = folder.resolve("weights.safetensors");
    try (Engine engine = Engine.open();
        Gan gan = Gan.fresh(engine, config)) {
      gan.write(file);
    }
    try (Safetensors weights = Safetensors.open(file)) {
      return GanConfig.infer(weights, image, loss);
    }
  }

  private void assertInferred(GanConfig config, GanLoss loss, long... image) {
    GanConfig got = inferred(config, loss, image);
    assertEquals(config.generator(), got.generator());
    assertEquals(config.discriminator(), got.discriminator());
    assertEquals(config.loss(), got.loss());
  }

  @Test
  void presetsAreToldByTheirWeights() {
    assertInferred(GanConfig.preset("mlp"), null, 784);
    assertInferred(GanConfig.preset("mlp-logits"), GanLoss.BCE_WITH_LOGITS, 1, 28, 28);
    GanConfig dcgan = GanConfig.preset("dcgan");
    assertInferred(dcgan, null, 1, 28, 28);
    assertEquals(0.5, inferred(dcgan, null, 1, 28, 28).recipe().generatorAdam().beta1());
  }

  @Test
  void theDcganOfThePaperIsTold() {
    assertInferred(
        config(
            layers(
                "ConvTranspose2d(10, 8, 4, 1, 0, bias=False)",
                "BatchNorm2d(8)",
                "ReLU()",
                "ConvTranspose2d(8, 6, 4, 2, 1, bias=False)",
                "BatchNorm2d(6)",
                "ReLU()",
                "ConvTranspose2d(6, 4, 4, 2, 1, bias=False)",
                "BatchNorm2d(4)",
                "ReLU()",
                "ConvTranspose2d(4, 4, 4, 2, 1, bias=False)",
                "BatchNorm2d(4)",
                "ReLU()",
                "ConvTranspose2d(4, 3, 4, 2, 1, bias=False)",
                "Tanh()"),
            layers(
                "Conv2d(3, 4, 4, 2, 1, bias=False)",
                "LeakyReLU(0.2)",
                "Conv2d(4, 4, 4, 2, 1, bias=False)",
                "BatchNorm2d(4)",
                "LeakyReLU(0.2)",
                "Conv2d(4, 6, 4, 2, 1, bias=False)",
                "BatchNorm2d(6)",
                "LeakyReLU(0.2)",
                "Conv2d(6, 8, 4, 2, 1, bias=False)",
                "BatchNorm2d(8)",
                "LeakyReLU(0.2)",
                "Conv2d(8, 1, 4, 1, 0, bias=False)",
                "Sigmoid()")),
        GanLoss.BCE,
        3,
        64,
        64);
  }

  @Test
  void normsAmongLinearLayersAreTold() {
    assertInferred(
        config(
            layers(
                "Linear(5, 8)",
                "ReLU()",
                "Linear(8, 9)",
                "BatchNorm1d(9)",
                "ReLU()",
                "Linear(9, 12)",
                "Tanh()"),
            layers("Linear(12, 7)", "LeakyReLU(0.2)", "Linear(7, 1, bias=False)", "Sigmoid()")),
        null,
        12);
  }

  @Test
  void whatCannotBeToldAsksForAConfiguration() {
    GanConfig dropout =
        config(
            layers("Linear(5, 12)", "Tanh()"),
            layers("Linear(12, 7)", "LeakyReLU(0.2)", "Dropout(0.3)", "Linear(7, 1)"));
    assertRefused(dropout, "discriminator.3 stands behind 2 layers without weights", 12);
    GanConfig dcgan = GanConfig.preset("dcgan");
    assertRefused(dcgan, "for images of 31 x 31", 1, 31, 31);
    assertRefused(dcgan, "need images [channels, height, width]", 784);
  }

  private void assertRefused(GanConfig config, String message, long... image) {
    ModelException e = assertThrows(ModelException.class, () -> inferred(config, null, image));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
