package dev.kernite.cli;

import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.gan.AdamConfig;
import dev.kernite.models.gan.Condition;
import dev.kernite.models.gan.GanConfig;
import dev.kernite.models.gan.GanLoss;
import dev.kernite.models.gan.GanRecipe;
import dev.kernite.models.sequential.Initialization;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** What {@code gan} trains, and how: a configuration, and options that say it differently. */
final class GanHyperparameters {
  @Option(
      names = "--preset",
      paramLabel = "NAME",
      description =
          "mlp, mlp-logits, mlp-norm, keras or dcgan (default: mlp; with --init, what its tensors"
              + " tell); cgan: told classes, cgan-small: in a minute; srgan: enlarges.")
  private String preset;

  @Option(
      names = "--config",
      paramLabel = "F",
      description = "Networks and training as JSON, as written to DIR/config.json.")
  private Path config;

  @Option(
      names = "--loss",
      paramLabel = "L",
      description = "bce (BCELoss) or bce-logits (BCEWithLogitsLoss).")
  private String loss;

  @Option(
      names = "--real-label",
      paramLabel = "X",
      description = "What the discriminator is told of real images, such as 0.9 (default: 1).")
  private Double realLabel;

  @Option(
      names = "--fake-label",
      paramLabel = "X",
      description = "What the discriminator is told of generated images (default: 0).")
  private Double fakeLabel;

  @Option(
      names = "--lr",
      paramLabel = "X",
      description = "Learning rate of both networks (default: 2e-4).")
  private Double lr;

  @Option(
      names = {"--lr-generator", "--lr-g"},
      paramLabel = "X",
      description = "Learning rate of the generator alone.")
  private Double lrGenerator;

  @Option(
      names = {"--lr-discriminator", "--lr-d"},
      paramLabel = "X",
      description = "Learning rate of the discriminator alone.")
  private Double lrDiscriminator;

  @Option(
      names = "--betas",
      split = ",",
      arity = "1..2",
      paramLabel = "B",
      description = "Adam's decay factors (default: 0.9,0.999).")
  private double[] betas;

  @Option(
      names = "--eps",
      paramLabel = "X",
      description = "Added to Adam's denominator (default: 1e-8).")
  private Double eps;

  @Option(
      names = "--adversarial-weight",
      paramLabel = "X",
      description = "srgan: weight of the adversarial loss, 0 for none (default: 1e-3).")
  private Double adversarialWeight;

  @Option(
      names = "--initialization",
      paramLabel = "NAME",
      description = "pytorch, glorot_uniform or dcgan, for fresh weights.")
  private String initialization;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Images a step (default: 64; with X.safetensors, what it has).")
  private Integer batchSize;

  @Option(
      names = "--epochs",
      paramLabel = "X",
      description = "Passes over the data (default: the preset's; with X.safetensors, 1).")
  private Double epochs;

  @Option(names = "--steps", paramLabel = "N", description = "Updates in all, instead.")
  private Long steps;

  Integer batchSize() {
    return batchSize;
  }

  /**
   * What the options ask for, apart from what follows from the data.
   *
   * @param init weights to start from, or null
   * @param image shape of one image of the data
   * @param recorded whether the data are ready steps
   */
  GanConfig config(Safetensors init, long[] image, boolean recorded) {
    if (preset != null && config != null) {
      throw new CommandException("give --preset or --config, not both");
    }
    GanLoss chosen = loss == null ? null : GanLoss.of(loss);
    GanConfig start = start(init, image, chosen);
    if (chosen != null) {
      start = start.withLoss(chosen);
    }
    if (adversarialWeight != null) {
      if (!(start.condition() instanceof Condition.Reduced r)) {
        throw new CommandException("--adversarial-weight is for networks that enlarge images");
      }
      start = start.with(r.withAdversarialWeight(adversarialWeight));
    }
    GanRecipe recipe = adapted(start.recipe());
    if (epochs != null || steps != null) {
      recipe =
          recipe.with(
              new GanRecipe.Duration(epochs == null ? 1 : epochs, steps == null ? 0 : steps));
    } else if (recorded && config == null) {
      recipe = recipe.with(new GanRecipe.Duration(1, 0));
    }
    return start.with(recipe);
  }

  private GanConfig start(Safetensors init, long[] image, GanLoss chosen) {
    if (config != null) {
      return GanConfig.of(JsonConfig.read(config));
    }
    return preset == null && init != null
        ? GanConfig.infer(init, image, chosen)
        : GanConfig.preset(preset == null ? "mlp" : preset);
  }

  private GanRecipe adapted(GanRecipe start) {
    GanRecipe recipe =
        start
            .withLabels(
                realLabel == null ? start.realLabel() : realLabel,
                fakeLabel == null ? start.fakeLabel() : fakeLabel)
            .withAdam(
                adapted(start.generatorAdam(), lrGenerator),
                adapted(start.discriminatorAdam(), lrDiscriminator));
    return initialization == null ? recipe : recipe.with(Initialization.of(initialization));
  }

  private AdamConfig adapted(AdamConfig adam, Double own) {
    if (betas != null && betas.length != 2) {
      throw new CommandException("--betas takes two numbers, as in 0.5,0.999");
    }
    AdamConfig other = betas == null ? adam : adam.withBetas(betas[0], betas[1]);
    other = eps == null ? other : other.withEps(eps);
    Double rate = own == null ? lr : own;
    return rate == null ? other : other.withLr(rate);
  }
}
