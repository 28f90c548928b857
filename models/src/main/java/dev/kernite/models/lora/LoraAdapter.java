package dev.kernite.models.lora;

import dev.kernite.engine.AdaptedMatrix;
import dev.kernite.engine.DenseMatrix;
import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.nn.Init;
import dev.kernite.models.ModelException;
import dev.kernite.models.weights.Use;
import dev.kernite.models.weights.WeightSource;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Corrections of low rank for some matrices of a model (LoRA; Hu et al. 2021). A model is loaded
 * with an adapter, which is then part of it; what the adapter holds is freed with the model.
 */
public final class LoraAdapter implements AutoCloseable {
  private final Engine engine;
  private final LoraConfig config;
  private final Path folder; // where it was read, or null if it was drawn
  private final Map<String, Layer> layers;
  private final Set<String> known = new LinkedHashSet<>(); // layers the model has
  private final Set<String> adapted = new LinkedHashSet<>();
  private final Tensor scale;
  private boolean merges;
  private boolean training;
  private boolean conv1d;

  /**
   * The correction of one layer.
   *
   * @param down A, [rank, in]
   * @param up B, [out, rank]
   */
  record Layer(Tensor down, Tensor up) {}

  private LoraAdapter(Engine engine, LoraConfig config, Path folder, Map<String, Layer> layers) {
    this.engine = engine;
    this.config = config;
    this.folder = folder;
    this.layers = layers;
    this.scale = engine.full(Shape.SCALAR, (float) config.scale()).disown().freeze();
  }

  /**
   * An adapter that has learnt nothing yet: A is drawn from the engine's random stream as PyTorch
   * draws the weights of linear layers, B is 0, so the model computes what it did.
   */
  public static LoraAdapter fresh(Engine engine, LoraConfig config) {
    return new LoraAdapter(engine, config, null, new LinkedHashMap<>());
  }

  /**
   * Reads an adapter, in the layout of Hugging Face's PEFT.
   *
   * @param folder holds {@code adapter_config.json} and {@code adapter_model.safetensors}
   * @param use {@link Use#INFERENCE} for one without gradients
   * @throws ModelException if it is none, or one of a kind that is not known here
   */
  public static LoraAdapter read(Engine engine, Path folder, Use use) {
    LoraFiles files = LoraFiles.read(engine, folder);
    LoraAdapter adapter = new LoraAdapter(engine, files.config(), folder, files.layers());
    Consumer<Tensor> kind = use == Use.INFERENCE ? Tensor::freeze : Tensor::requireGrad;
    adapter.parameters().values().forEach(kind);
    return adapter;
  }

  /** Adds the corrections to the weights as they are loaded, instead of keeping both apart. */
  public LoraAdapter merging() {
    merges = true;
    return this;
  }

  /** How it was made. */
  public LoraConfig config() {
    return config;
  }

  /** Whether layers that are adapted store their weights [in, out]. */
  public boolean isOfConv1d() {
    return conv1d;
  }

  /** Whether dropout acts from now on. */
  void training(boolean acts) {
    training = acts;
  }

  /** What is learnt, by the names that PEFT stores it under. */
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    layers.forEach(
        (layer, l) -> {
          all.put(LoraFiles.down(layer), l.down);
          all.put(LoraFiles.up(layer), l.up);
        });
    return Collections.unmodifiableMap(all);
  }

  /**
   * Stands before the source of a model's weights and adapts them.
   *
   * @param layerOf the path of the layer that a matrix of this name belongs to, or null where it is
   *     not the weight of a linear layer
   * @return closes the adapter too
   */
  public WeightSource over(WeightSource source, Function<String, String> layerOf) {
    return new AdaptedSource(source, this, layerOf, merges);
  }

  /** A layer's matrix as this adapter changes it; the matrix itself where it does not. */
  WeightMatrix adapt(String layer, WeightMatrix matrix, boolean inOut) {
    Layer correction = correction(layer, matrix);
    if (correction == null) {
      return matrix;
    }
    conv1d |= inOut;
    Dropout dropout = new Dropout(config.dropout());
    return new AdaptedMatrix(
        matrix, correction.down, correction.up, scale, x -> dropout.apply(x, training));
  }

  /** Adds a layer's correction to its matrix, where it has one. */
  void merge(String layer, DenseMatrix matrix) {
    Layer correction = correction(layer, matrix);
    if (correction != null) {
      Merging.into(matrix, correction, scale);
    }
  }

  private Layer correction(String layer, WeightMatrix matrix) {
    known.add(layer);
    String name = folder == null ? drawnFor(layer, matrix) : storedFor(layer);
    if (name == null) {
      return null;
    }
    adapted.add(name);
    Layer correction = layers.get(name);
    requireFits(LoraFiles.down(name), correction.down, correction.down.shape().dim(0), matrix.in());
    requireFits(LoraFiles.up(name), correction.up, matrix.out(), correction.down.shape().dim(0));
    return correction;
  }

  private String drawnFor(String layer, WeightMatrix matrix) {
    if (config.targets().stream().noneMatch(target -> LoraConfig.names(target, layer))) {
      return null;
    }
    Tensor down = Init.kaimingUniform(engine, Shape.of(config.rank(), matrix.in()), Math.sqrt(5));
    Tensor up = Init.zeros(engine, Shape.of(matrix.out(), config.rank()));
    layers.put(layer, new Layer(down.named(LoraFiles.down(layer)), up.named(LoraFiles.up(layer))));
    return layer;
  }

  /** Adapters of a model without its head lack the first part of the path. */
  private String storedFor(String layer) {
    String inner = layer.substring(layer.indexOf('.') + 1);
    return layers.containsKey(layer) ? layer : layers.containsKey(inner) ? inner : null;
  }

  private void requireFits(String name, Tensor tensor, long rows, long columns) {
    if (!tensor.shape().equals(Shape.of(rows, columns))) {
      throw new ModelException(
          "%s: tensor '%s' has shape %s, the model's layer takes [%d, %d]; adapter and model do not belong together"
              .formatted(folder, name, tensor.shape(), rows, columns));
    }
  }

  /** Fails unless all of the adapter found its place. */
  void requireComplete() {
    for (String target : folder == null ? config.targets() : List.<String>of()) {
      if (known.stream().noneMatch(layer -> LoraConfig.names(target, layer))) {
        throw new ModelException(
            "no layer of this model is called '%s'; those that can be adapted are %s"
                .formatted(target, kinds()));
      }
    }
    for (String layer : layers.keySet()) {
      if (!adapted.contains(layer)) {
        throw new ModelException(
            "%s: is for a layer '%s', which this model does not have; adapter and model do not belong together"
                .formatted(folder, layer));
      }
    }
  }

  /** The last parts of the layers' paths. */
  private String kinds() {
    return String.join(
        ", ",
        known.stream().map(l -> l.substring(l.lastIndexOf('.') + 1)).distinct().sorted().toList());
  }

  @Override
  public void close() {
    parameters().values().forEach(t -> t.close("its model was closed"));
    scale.close();
  }
}
