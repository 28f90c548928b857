package dev.kernite.models.t5;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.MemoryPlan;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.weights.CheckpointSource;
import dev.kernite.models.weights.FreshSource;
import dev.kernite.models.weights.Use;
import dev.kernite.models.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes a {@link T5} from a folder in Hugging Face layout, or afresh. */
public final class T5Files {
  private static final System.Logger LOG = System.getLogger("dev.kernite.models");

  /** What the token embedding is called where it is not called shared; copies of it elsewhere. */
  private static final List<String> TOKENS =
      List.of(
          T5Weights.TOKENS,
          "encoder.embed_tokens.weight",
          "decoder.embed_tokens.weight",
          T5Weights.HEAD);

  private T5Files() {}

  /**
   * Loads a model. Every layout of published files is understood: with stored copies of the token
   * embedding and of the tied head, with tables of relative positions that nobody uses.
   *
   * @param folder holds {@code config.json} and the weights
   * @throws dev.kernite.models.ModelException if a parameter is missing or has another shape than
   *     the config asks for
   */
  public static T5 load(Engine engine, Path folder, Use use) {
    return load(engine, folder, T5Config.of(JsonConfig.read(folder.resolve("config.json"))), use);
  }

  /**
   * As {@link #load(Engine, Path, Use)}, with a LoRA adapter.
   *
   * @param adapter folder that holds it, or null for none
   */
  public static T5 load(Engine engine, Path folder, Use use, Path adapter) {
    T5Config config = T5Config.of(JsonConfig.read(folder.resolve("config.json")));
    return adapter == null
        ? load(engine, folder, config, use)
        : load(engine, folder, config, use, LoraAdapter.read(engine, adapter, use));
  }

  /** As {@link #load(Engine, Path, Use)}, with a changed configuration such as other dropout. */
  public static T5 load(Engine engine, Path folder, T5Config config, Use use) {
    return load(engine, folder, config, use, UnaryOperator.identity());
  }

  /**
   * As {@link #load(Engine, Path, T5Config, Use)}, with an adapter.
   *
   * @param adapter closed with the model, or now if that cannot be loaded
   * @throws dev.kernite.models.ModelException also if the adapter is not for this model
   */
  public static T5 load(Engine engine, Path folder, T5Config config, Use use, LoraAdapter adapter) {
    try {
      return load(engine, folder, config, use, s -> adapter.over(s, T5Weights::layer));
    } catch (RuntimeException | Error e) {
      adapter.close();
      throw e;
    }
  }

  private static T5 load(
      Engine engine, Path folder, T5Config config, Use use, UnaryOperator<WeightSource> around) {
    if (use == Use.INFERENCE) {
      engine.backend().warmUp();
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      boolean head = config.languageHead() && !config.tiedHead();
      if (head && !checkpoint.contains(T5Weights.HEAD)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} has no {1}: the language head is left out",
            folder,
            T5Weights.HEAD);
        head = false;
      }
      UnaryOperator<String> stored = name -> stored(checkpoint, config, name);
      plan(checkpoint, use)
          .require(engine.backend().memory().bytesLimit(), "use a machine with more memory");
      WeightSource source =
          new CheckpointSource(engine, checkpoint, use, stored, UnaryOperator.identity());
      return assemble(engine, config, head, around.apply(source));
    }
  }

  private static String stored(Checkpoint checkpoint, T5Config config, String name) {
    if (!name.equals(T5Weights.TOKENS)) {
      return name;
    }
    return TOKENS.stream()
        .filter(checkpoint::contains)
        .filter(spelling -> config.tiedHead() || !spelling.equals(T5Weights.HEAD))
        .findFirst()
        .orElse(name);
  }

  private static MemoryPlan plan(Checkpoint checkpoint, Use use) {
    long weights = checkpoint.byteSize();
    MemoryPlan plan = new MemoryPlan(checkpoint.path().toString()).add("weights", weights);
    return use == Use.TRAINING
        ? plan.add("gradients", weights).add("optimiser", 2 * weights)
        : plan;
  }

  /**
   * Makes a model with fresh weights, drawn from the engine's random stream as the original code
   * does (Mesh TensorFlow): normal, the deviation of each matrix following from its input width, so
   * that scores need no scale; unit gains.
   */
  public static T5 fresh(Engine engine, T5Config config) {
    FreshSource source =
        new FreshSource(
            UnaryOperator.identity(), (name, shape) -> fresh(engine, config, name, shape));
    return assemble(engine, config, config.languageHead() && !config.tiedHead(), source);
  }

  private static T5 assemble(Engine engine, T5Config config, boolean head, WeightSource source) {
    try {
      T5Weights weights = T5Weights.from(config, head, source);
      source.complete();
      return new T5(engine, config, weights, source);
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  private static Tensor fresh(Engine engine, T5Config c, String name, Shape shape) {
    if (shape.rank() == 1) {
      return engine.full(shape, c.initializerFactor());
    }
    double width = c.width();
    double std =
        switch (name.substring(0, name.length() - ".weight".length()).replaceFirst(".*\\.", "")) {
          case "q" -> 1 / Math.sqrt(width * c.headDim());
          case "k", "v", "relative_attention_bias", "wi", "wi_0", "wi_1" -> 1 / Math.sqrt(width);
          case "o" -> 1 / Math.sqrt(c.attentionWidth());
          case "wo" -> 1 / Math.sqrt(c.innerWidth());
          default -> 1; // shared, lm_head
        };
    return engine.normal(shape, 0, (float) (std * c.initializerFactor()));
  }
}
