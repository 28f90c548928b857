package dev.kernite.models.gan;

import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.sequential.Layer;
import dev.kernite.models.sequential.WeightNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The layers that a file of weights tells by names and shapes. What has no weights has no name
 * either, so it follows from the gaps in the numbering: a gap of one is an activation, ReLU in
 * generators and LeakyReLU(0.2) in discriminators; behind the last weights stand Tanh, and Sigmoid
 * if the loss takes probabilities. Stride and padding follow from the images' size, see {@link
 * ConvGeometry}. What cannot be told so is refused: it takes a configuration.
 */
final class InferredLayers {
  private static final Set<String> KNOWN =
      Set.of("weight", "bias", "running_mean", "running_var", "num_batches_tracked");

  private final Safetensors file;
  private final String network;
  private final WeightNames names;

  private InferredLayers(Safetensors file, String network) {
    this.file = file;
    this.network = network;
    this.names = WeightNames.of(file, network);
  }

  /**
   * Infers both networks.
   *
   * @param image the shape of one image of the data
   * @param loss what the discriminator's end depends on; null for BCELoss, but BCEWithLogitsLoss if
   *     there are convolutions
   * @param recipe how to train, if there are no convolutions
   * @param convolutional how to train if there are
   */
  static GanConfig config(
      Safetensors file, long[] image, GanLoss loss, GanRecipe recipe, GanRecipe convolutional) {
    InferredLayers generator = new InferredLayers(file, GanConfig.GENERATOR);
    InferredLayers discriminator = new InferredLayers(file, GanConfig.DISCRIMINATOR);
    boolean convolutions = generator.isConvolutional() || discriminator.isConvolutional();
    GanLoss chosen = loss != null ? loss : convolutions ? GanLoss.BCE_WITH_LOGITS : GanLoss.BCE;
    List<Layer> g = generator.layers(image, new Layer.Relu());
    g.add(new Layer.Tanh());
    List<Layer> d = discriminator.layers(image, new Layer.LeakyRelu(GanConfig.SLOPE));
    if (chosen == GanLoss.BCE) {
      d.add(new Layer.Sigmoid());
    }
    return new GanConfig(g, d, chosen, convolutions ? convolutional : recipe);
  }

  private boolean isConvolutional() {
    return names.layers().values().stream().anyMatch(InferredLayers::isConvolution);
  }

  private static boolean isConvolution(Map<String, long[]> layer) {
    return layer.containsKey("weight") && layer.get("weight").length == 4;
  }

  private List<Layer> layers(long[] image, Layer activation) {
    List<ConvGeometry.Step> geometry = geometry(image);
    List<Layer> layers = new ArrayList<>();
    int convolutions = 0;
    for (Map.Entry<Integer, Map<String, long[]>> entry : names.layers().entrySet()) {
      int gap = entry.getKey() - layers.size();
      boolean first = layers.isEmpty();
      if (gap > 1 || (first && gap > 0)) {
        throw unclear(entry.getKey(), "stands behind %d layers without weights".formatted(gap));
      }
      if (gap == 1) {
        layers.add(activation);
      }
      Map<String, long[]> tensors = entry.getValue();
      ConvGeometry.Step step = isConvolution(tensors) ? geometry.get(convolutions++) : null;
      layers.add(layer(entry.getKey(), tensors, step));
    }
    return layers;
  }

  private Layer layer(int number, Map<String, long[]> tensors, ConvGeometry.Step step) {
    if (!KNOWN.containsAll(tensors.keySet())) {
      throw unclear(number, "has tensors " + tensors.keySet());
    }
    long[] weight = tensors.get("weight");
    boolean bias = tensors.containsKey("bias");
    if (weight != null && weight.length == 2) {
      return new Layer.Linear(weight[1], weight[0], bias);
    }
    if (weight != null && weight.length == 4) {
      int kernel = (int) weight[2];
      return network.equals(GanConfig.GENERATOR)
          ? new Layer.ConvTranspose2d(
              weight[0],
              weight[1],
              kernel,
              step.stride(),
              step.padding(),
              step.outputPadding(),
              bias)
          : new Layer.Conv2d(weight[1], weight[0], kernel, step.stride(), step.padding(), bias);
    }
    if (weight != null && weight.length == 1 && tensors.containsKey("running_mean")) {
      return new Layer.BatchNorm(weight[0], 1e-5, 0.1);
    }
    throw unclear(number, "has tensors " + tensors.keySet());
  }

  private List<ConvGeometry.Step> geometry(long[] image) {
    List<Integer> kernels = new ArrayList<>();
    for (Map.Entry<Integer, Map<String, long[]>> entry : names.layers().entrySet()) {
      long[] weight = entry.getValue().get("weight");
      if (weight == null || weight.length != 4) {
        if (weight != null && weight.length == 2 && isConvolutional()) {
          throw unclear(entry.getKey(), "is linear among convolutions");
        }
        continue;
      }
      if (weight[2] != weight[3] || weight[2] < 1 || weight[2] > 1000) {
        throw unclear(entry.getKey(), "has a kernel of %d x %d".formatted(weight[2], weight[3]));
      }
      kernels.add((int) weight[2]);
    }
    if (kernels.isEmpty()) {
      return List.of();
    }
    if (image.length != 3) {
      throw new ModelException(
          "%s: convolutions need images [channels, height, width]; the data's have %d axes"
              .formatted(file.file(), image.length));
    }
    return (network.equals(GanConfig.GENERATOR)
            ? ConvGeometry.enlarging(kernels, image[1], image[2])
            : ConvGeometry.shrinking(kernels, image[1], image[2]))
        .orElseThrow(
            () ->
                new ModelException(
                    "%s: stride and padding of the %s's kernels %s cannot be told for images of %d x %d; describe the layers in a --config"
                        .formatted(file.file(), network, kernels, image[1], image[2])));
  }

  private ModelException unclear(int number, String what) {
    return new ModelException(
        "%s: layer %s%d %s, which names and shapes alone do not explain; describe the layers in a --config"
            .formatted(file.file(), names.prefix(), number, what));
  }
}
