package dev.kernite.test.gan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanLoss;
import dev.kernite.models.sequential.Layer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Configurations as text: layers, presets, mistakes. */
final class GanConfigTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Linear(8, 16) | Linear(8, 16)",
        "Linear(in_features=8, out_features=16, bias=False) | Linear(8, 16, bias=False)",
        "nn.ReLU(inplace=True) | ReLU()",
        "LeakyReLU(negative_slope=0.2, inplace=True) | LeakyReLU(0.2)",
        "LeakyReLU(0.2) | LeakyReLU(0.2)",
        "Conv2d(1, 6, kernel_size=(4, 4), stride=(2, 2), padding=(1, 1), bias=False)"
            + " | Conv2d(1, 6, kernel_size=4, stride=2, padding=1, bias=False)",
        "Conv2d(1, 6, 4, 2, 1) | Conv2d(1, 6, kernel_size=4, stride=2, padding=1)",
        "ConvTranspose2d(6, 12, kernel_size=(4, 4), stride=(1, 1), bias=False)"
            + " | ConvTranspose2d(6, 12, kernel_size=4, stride=1, padding=0, output_padding=0,"
            + " bias=False)",
        "BatchNorm2d(12, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)"
            + " | BatchNorm(12, eps=1.0E-5, momentum=0.1)",
        "BatchNorm1d(256, 0.8) | BatchNorm(256, eps=0.8, momentum=0.1)",
        "Dropout(p=0.3, inplace=False) | Dropout(0.3)",
        "Flatten(start_dim=1, end_dim=-1) | Flatten()",
        "Unflatten(dim=1, unflattened_size=(128, 7, 7)) | Unflatten(1, (128, 7, 7))",
      })
  void layersReadAsPyTorchPrintsThem(String text, String canonical) {
    Layer layer = Layer.of(text);
    assertEquals(canonical, layer.toString());
    assertEquals(layer, Layer.of(layer.toString()), "what is written is read");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Linear(8) | lacks out_features",
        "Linear(8, 0) | an integer of at least 1 for out_features, not 0",
        "Linear(8, x) | not x",
        "Linear 8, 16 | is no layer",
        "Conv2d(1, 6, (4, 5)) | for kernel_size, not (4, 5)",
        "Conv2d(1, 6, 4, groups=2) | not supported: [] {groups=2}",
        "Softmax(1) | is none of Linear",
        "LeakyReLU(a) | a number for negative_slope, not a",
        "BatchNorm2d(3, affine=False) | only True is supported",
        "Dropout(2) | from 0 to 1",
      })
  void mistakesInLayersAreNamed(String text, String message) {
    ModelException e = assertThrows(ModelException.class, () -> Layer.of(text));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertTrue(e.getMessage().contains(text), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mlp", "mlp-logits", "mlp-norm", "keras", "dcgan", "cgan", "cgan-small", "srgan"})
  void whatIsWrittenIsRead(String preset) {
    GanConfig config = GanConfig.preset(preset);
    assertEquals(config, read(config.text()));
  }

  @Test
  void aPrintedSequentialIsANetwork() {
    GanConfig config =
        read(
            """
            {"generator": "Sequential(\\n  (0): Linear(in_features=4, out_features=9, bias=True)\\n  (1): Tanh()\\n)",
             "discriminator": [9, 5, 1], "loss": "BCEWithLogitsLoss", "batch": 3}
            """);
    assertEquals("[Linear(4, 9), Tanh()]", config.generator().toString());
    assertEquals("[Linear(9, 5), LeakyReLU(0.2), Linear(5, 1)]", config.discriminator().toString());
    assertEquals("Sigmoid()", config.withLoss(GanLoss.BCE).discriminator().getLast().toString());
    assertEquals(config, config.withLoss(GanLoss.BCE).withLoss(GanLoss.BCE_WITH_LOGITS));
  }

  @Test
  void optimisersMayDiffer() {
    GanConfig config =
        read(
            """
            {"generator": [4, 9], "discriminator": [9, 1],
             "optimizers": {"lr": 0.001, "betas": [0.5, 0.9], "discriminator": {"lr": 0.004}}}
            """);
    assertEquals(1e-3, config.recipe().generatorAdam().lr());
    assertEquals(4e-3, config.recipe().discriminatorAdam().lr());
    assertEquals(0.5, config.recipe().discriminatorAdam().beta1());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | lacks 'generator'",
        "{\"generator\": [4], \"discriminator\": [9, 1]} | two sizes or more",
        "{\"generator\": [4, 9], \"discriminator\": [\"Linear(9, 1)\"]} | must end in Sigmoid()",
        "{\"generator\": [4, 9], \"discriminator\": [9, 1], \"loss\": \"mse\"} | 'mse' is none of",
        "{\"generator\": [4, 9], \"discriminator\": [9, 1], \"real_label_in_discriminator_step\":"
            + " 2} | from 0 to 1, not 2",
        "{\"generator\": [4, 9], \"discriminator\": [9, 1], \"batch\": 3, \"separate_updates\":"
            + " true} | must be even",
        "{\"generator\": [4, 9], \"discriminator\": [11, 1], \"condition\": {}} | must have one of"
            + " 'classes' and 'reduction'",
        "{\"generator\": [4, 9], \"discriminator\": [11, 1], \"condition\": {\"classes\": 1}} |"
            + " condition.classes",
        "{\"generator\": [4, 9], \"discriminator\": [9, 1], \"condition\": {\"reduction\": 2,"
            + " \"content_weight\": -1}} | weights of at least 0",
        "{\"generator\": [4, 9], \"discriminator\": [11, 1], \"condition\": {\"classes\": 2},"
            + " \"reuse_fakes\": false} | set reuse_fakes to true",
        "{\"generator\": [4, 9], \"discriminator\": [9, 1], \"optimizers\": {\"type\": \"SGD\"}}"
            + " | 'optimizers.type' must be Adam",
      })
  void mistakesAreNamedWithTheFile(String json, String message) {
    ModelException e = assertThrows(ModelException.class, () -> read(json));
    assertTrue(e.getMessage().startsWith("x.json: "), e.getMessage());
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static GanConfig read(String json) {
    return GanConfig.of(JsonConfig.of(Path.of("x.json"), json.getBytes(StandardCharsets.UTF_8)));
  }
}
