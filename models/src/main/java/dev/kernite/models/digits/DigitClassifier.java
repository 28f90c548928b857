package dev.kernite.models.digits;

import static dev.kernite.engine.Functional.crossEntropy;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.data.ItemBatch;
import dev.kernite.models.sequential.Initialization;
import dev.kernite.models.sequential.Layer;
import dev.kernite.models.sequential.Network;
import dev.kernite.models.training.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network that tells digits, or other small pictures, apart. What its last layer sees are the
 * features that generated pictures are compared with real ones by.
 */
public final class DigitClassifier implements Objective<ItemBatch>, AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String LAYERS = "layers";
  private static final String CLASSES = "classes";

  private static final int HIDDEN = 512;
  private static final int FEATURES = 128;
  private static final double DROPOUT = 0.2;

  private final Engine engine;
  private final List<Layer> layers;
  private final List<String> classes;
  private final Network network;

  private DigitClassifier(
      Engine engine, List<Layer> layers, List<String> classes, Network network) {
    this.engine = engine;
    this.layers = layers;
    this.classes = List.copyOf(classes);
    this.network = network;
  }

  /**
   * A network with two hidden layers that knows nothing yet.
   *
   * @param values of a picture
   * @param classes names of the classes by label
   */
  public static DigitClassifier fresh(Engine engine, long values, List<String> classes) {
    List<Layer> layers =
        List.of(
            new Layer.Linear(values, HIDDEN, true),
            new Layer.Relu(),
            new Layer.Dropout(DROPOUT),
            new Layer.Linear(HIDDEN, FEATURES, true),
            new Layer.Relu(),
            new Layer.Dropout(DROPOUT),
            new Layer.Linear(FEATURES, classes.size(), true));
    return of(engine, layers, classes, Initialization.PYTORCH.source(engine));
  }

  /**
   * Reads a trained one.
   *
   * @param folder with {@code config.json} and {@code model.safetensors}
   * @throws ModelException if a file is missing or is something else
   */
  public static DigitClassifier load(Engine engine, Path folder) {
    JsonConfig config = JsonConfig.read(folder.resolve(CONFIG));
    List<Layer> layers = Layer.listOf(config.texts(LAYERS), new Layer.Relu(), null);
    List<String> classes = config.texts(CLASSES);
    if (!(layers.getLast() instanceof Layer.Linear last) || last.out() != classes.size()) {
      throw config.invalid(LAYERS, "must end in Linear(..., %d)".formatted(classes.size()));
    }
    if (!(layers.getFirst() instanceof Layer.Linear)) {
      throw config.invalid(LAYERS, "must begin with Linear(...)");
    }
    try (Safetensors weights = Safetensors.open(folder.resolve(WEIGHTS))) {
      return of(engine, layers, classes, Network.stored(engine, weights));
    }
  }

  private static DigitClassifier of(
      Engine engine, List<Layer> layers, List<String> classes, Network.Source source) {
    return new DigitClassifier(engine, layers, classes, Network.of("", layers, source));
  }

  /** What {@link #load} reads beside the weights. */
  public String config() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model_type", "digit-classifier");
    json.put(LAYERS, layers.stream().map(Layer::toString).toList());
    json.put(CLASSES, classes);
    return JsonConfig.text(json);
  }

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public Map<String, Tensor> parameters() {
    return network.parameters();
  }

  /** Names of the classes by label. */
  public List<String> classes() {
    return classes;
  }

  /** Values of a picture. */
  public long values() {
    return ((Layer.Linear) layers.getFirst()).in();
  }

  /** Values of a feature vector. */
  public int features() {
    return (int) ((Layer.Linear) layers.getLast()).in();
  }

  @Override
  public Tensor loss(ItemBatch batch, boolean training) {
    return crossEntropy(network.apply(batch.items(engine), training), batch.labels(engine));
  }

  /**
   * What the network makes of pictures.
   *
   * @param features [n, features]
   * @param logits [n, classes]
   */
  public record Reading(float[] features, float[] logits) {
    /** The likeliest class of each picture. */
    public List<Integer> labels(int classes) {
      List<Integer> labels = new ArrayList<>();
      for (int row = 0; row < logits.length; row += classes) {
        int best = 0;
        for (int i = 1; i < classes; i++) {
          best = logits[row + i] > logits[row + best] ? i : best;
        }
        labels.add(best);
      }
      return labels;
    }
  }

  /**
   * Reads pictures, without dropout.
   *
   * @param pictures [n, ...], from -1 to 1
   */
  public Reading read(Tensor pictures) {
    long n = pictures.shape().dim(0);
    if (n == 0 || pictures.size() != n * values()) {
      throw new ModelException(
          "the classifier takes pictures of %d values, not %s"
              .formatted(values(), pictures.shape()));
    }
    return engine.noGrad(
        () -> {
          try (Scope _ = engine.scope()) {
            int last = layers.size() - 1;
            Tensor features =
                network.apply(0, last, pictures.reshape(Shape.of(n, values())), false);
            Tensor logits = network.apply(last, last + 1, features, false);
            return new Reading(features.toFloats(), logits.toFloats());
          }
        });
  }

  /** Frees the parameters. */
  @Override
  public void close() {
    network.close();
  }
}
