package dev.kernite.models.gan;

import static dev.kernite.engine.Functional.avgPool2d;
import static dev.kernite.engine.Functional.concat;
import static dev.kernite.engine.Functional.mul;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.SafetensorsWriter;
import dev.kernite.models.checkpoint.TensorFiles;
import dev.kernite.models.sequential.Layer;
import dev.kernite.models.sequential.Network;
import dev.kernite.models.sequential.WeightNames;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A generator and a discriminator in an engine. */
public final class Gan implements AutoCloseable {
  private final Engine engine;
  private final GanConfig config;
  private final Network generator;
  private final Network discriminator;

  private Gan(Engine engine, GanConfig config, Network generator, Network discriminator) {
    this.engine = engine;
    this.config = config;
    this.generator = generator;
    this.discriminator = discriminator;
  }

  /** Draws both networks from the engine's random stream. */
  public static Gan fresh(Engine engine, GanConfig config) {
    Network.Source drawn = config.recipe().initialization().source(engine);
    return of(
        engine, config, GanConfig.GENERATOR + ".", drawn, GanConfig.DISCRIMINATOR + ".", drawn);
  }

  /**
   * Reads both networks.
   *
   * @param weights holds {@code generator.N.weight} and so on, N the layer's number, and may have
   *     further names before N; the trained networks are written under the same names
   * @throws ModelException if a tensor is missing or has another shape than the configuration says
   */
  public static Gan load(Engine engine, GanConfig config, Safetensors weights) {
    Network.Source stored = Network.stored(engine, weights);
    Gan gan =
        of(
            engine,
            config,
            WeightNames.of(weights, GanConfig.GENERATOR).prefix(),
            stored,
            WeightNames.of(weights, GanConfig.DISCRIMINATOR).prefix(),
            stored);
    gan.tracked()
        .forEach(
            (name, count) -> {
              if (weights.contains(name)) {
                count.set(TensorFiles.longs(weights.tensor(name))[0]);
              }
            });
    return gan;
  }

  private static Gan of(
      Engine engine,
      GanConfig config,
      String generatorPrefix,
      Network.Source generator,
      String discriminatorPrefix,
      Network.Source discriminator) {
    Network g = Network.of(generatorPrefix, config.generator(), generator);
    try {
      return new Gan(
          engine,
          config,
          g,
          Network.of(discriminatorPrefix, config.discriminator(), discriminator));
    } catch (RuntimeException | Error e) {
      g.close();
      throw e;
    }
  }

  /** Where it lives. */
  public Engine engine() {
    return engine;
  }

  /** What it is made of, and how it is trained. */
  public GanConfig config() {
    return config;
  }

  /** From noise to images. */
  public Network generator() {
    return generator;
  }

  /** From images to one number each. */
  public Network discriminator() {
    return discriminator;
  }

  /** All parameters and running statistics of both networks, by name. */
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> all = new TreeMap<>();
    for (Network network : new Network[] {generator, discriminator}) {
      all.putAll(network.parameters());
      all.putAll(network.buffers());
    }
    return all;
  }

  /** How many batches the running statistics of each norm have seen, by name; live. */
  Map<String, AtomicLong> tracked() {
    Map<String, AtomicLong> all = new TreeMap<>(generator.tracked());
    all.putAll(discriminator.tracked());
    return all;
  }

  /**
   * The shape of the noise that images are made of.
   *
   * @param rows number of images wanted
   * @throws ModelException if the generator takes none
   */
  public Shape noiseShape(long rows) {
    if (config.condition() instanceof Condition.Reduced) {
      throw new ModelException("a generator that enlarges images takes no noise");
    }
    long width =
        switch (beginning(config.generator())) {
          case Layer.Linear l -> l.in();
          case Layer.ConvTranspose2d c -> c.in();
          case Layer.Unflatten u -> u.size();
          case Layer other ->
              throw new ModelException(
                  "a generator begins with Linear, ConvTranspose2d or Unflatten, not " + other);
        };
    if (width <= classes()) {
      throw new ModelException(
          "the generator takes %d values, which leaves none for noise beside %d classes"
              .formatted(width, classes()));
    }
    return beginning(config.generator()) instanceof Layer.ConvTranspose2d
        ? Shape.of(rows, width - classes(), 1, 1)
        : Shape.of(rows, width - classes());
  }

  /** Classes that the networks are told, or 0. */
  public int classes() {
    return config.condition() instanceof Condition.Classes c ? c.count() : 0;
  }

  /**
   * What a network takes where it is told classes: they stand behind the values, or as planes
   * behind the channels, and are scaled to be as long a vector as what they stand behind. A mere
   * one would be lost among hundreds of values, and the networks would learn what it means late or
   * never.
   *
   * @param x noise or images: [n, values] or [n, channels, height, width]
   * @param oneHot [n, classes]
   * @return [n, values + classes] or [n, channels + classes, height, width], in the current scope
   */
  public Tensor told(Tensor x, Tensor oneHot) {
    Shape shape = x.shape();
    float length = (float) Math.sqrt(shape.dim(1));
    if (shape.rank() == 2) {
      return concat(1, x, mul(oneHot, length));
    }
    Tensor each = oneHot.reshape(oneHot.shape().dim(0), oneHot.shape().dim(1), 1, 1);
    Tensor everywhere = engine.full(Shape.of(1, 1, shape.dim(2), shape.dim(3)), length);
    return concat(1, x, mul(each, everywhere));
  }

  /**
   * Rows of zeros with a one each.
   *
   * @param labels where, each below {@link #classes}
   * @return [n, classes], in the current scope
   */
  public Tensor oneHot(int... labels) {
    float[] rows = new float[labels.length * classes()];
    for (int i = 0; i < labels.length; i++) {
      rows[i * classes() + labels[i]] = 1;
    }
    return engine.tensor(rows, Shape.of(labels.length, classes()));
  }

  /**
   * Labels of each class in turn, none where no classes are told.
   *
   * @param from how many came before
   */
  int[] classesInTurn(int from, int n) {
    int[] labels = new int[classes() == 0 ? 0 : n];
    Arrays.setAll(labels, i -> (from + i) % classes());
    return labels;
  }

  /**
   * Images made smaller as the condition says, each pixel the mean of a square.
   *
   * @param images [n, channels, height, width]
   * @return in the current scope
   * @throws ModelException if their sides cannot be divided so
   */
  public Tensor reduced(Tensor images) {
    Shape shape = images.shape();
    if (!(config.condition() instanceof Condition.Reduced r)
        || shape.rank() != 4
        || shape.dim(2) % r.factor() != 0
        || shape.dim(3) % r.factor() != 0) {
      throw new ModelException(
          "images %s cannot be reduced by the condition %s".formatted(shape, config.condition()));
    }
    return avgPool2d(images, r.factor());
  }

  /**
   * The shape of the discriminator's images; what else it is told is put behind them by {@link
   * #told}.
   *
   * @param rows number of images
   * @param image shape of one image of the data
   * @throws ModelException if the discriminator does not take such images
   */
  public Shape imageShape(long rows, long[] image) {
    Shape whole = Shape.of(image);
    Layer first = beginning(config.discriminator());
    if (first instanceof Layer.Linear l && l.in() == whole.size() + classes()) {
      return Shape.of(rows, whole.size());
    }
    if (first instanceof Layer.Unflatten u && classes() == 0 && u.size() == whole.size()) {
      return Shape.of(rows, u.size());
    }
    if (first instanceof Layer.Conv2d c && image.length == 3 && c.in() == image[0] + classes()) {
      return Shape.of(rows, image[0], image[1], image[2]);
    }
    throw new ModelException(
        "the discriminator begins with %s, which does not take the data's images %s%s; choose another --preset, --config or --init"
            .formatted(first, whole, classes() == 0 ? "" : " and %d classes".formatted(classes())));
  }

  /** The first layer that asks for a shape. */
  private static Layer beginning(List<Layer> layers) {
    return layers.stream()
        .filter(layer -> !(layer instanceof Layer.Flatten || layer instanceof Layer.Dropout))
        .findFirst()
        .orElse(layers.getFirst());
  }

  /**
   * Generates images, norms using their running statistics.
   *
   * @param input noise as {@link #noiseShape}, {@link #told} classes if there are any; or {@link
   *     #reduced} images
   * @return images, in the current scope
   */
  public Tensor generate(Tensor input) {
    return engine.scoped(() -> engine.noGrad(() -> generator.apply(input, false)));
  }

  /**
   * Writes {@link #tensors} as a safetensors file; with running statistics also the number of
   * batches they have seen.
   */
  public void write(Path file) {
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    try (Arena arena = Arena.ofConfined()) {
      tensors().forEach((name, t) -> TensorFiles.add(writer, name, t, arena));
      tracked()
          .forEach((name, n) -> TensorFiles.addLongs(writer, name, new long[] {n.get()}, arena));
      writer.write(file);
    }
  }

  /** Frees both networks. */
  @Override
  public void close() {
    generator.close();
    discriminator.close();
  }
}
