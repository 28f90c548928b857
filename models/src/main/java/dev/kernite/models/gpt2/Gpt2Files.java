package dev.kernite.models.gpt2;

import static dev.kernite.engine.DType.F32;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.MemoryPlan;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.lora.LoraAdapter;
import dev.kernite.models.weights.CheckpointSource;
import dev.kernite.models.weights.FreshSource;
import dev.kernite.models.weights.Use;
import dev.kernite.models.weights.WeightSource;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Makes a {@link Gpt2} from a folder in Hugging Face layout, or afresh. */
public final class Gpt2Files {
  private static final System.Logger LOG = System.getLogger("dev.kernite.models");

  /** Published names with and without the prefix of the language model's inner transformer. */
  private static final String PREFIX = "transformer.";

  private Gpt2Files() {}

  /**
   * Loads a model. Every layout of published GPT-2 files is understood: with and without the prefix
   * {@code transformer.}, with causal-mask buffers, with a stored copy of the tied head, in shards,
   * in F32, F16, BF16 or F64.
   *
   * @param folder holds {@code config.json} and the weights
   * @throws ModelException if a parameter is missing or has another shape than the config asks for
   */
  public static Gpt2 load(Engine engine, Path folder, Use use) {
    Gpt2Config config = Gpt2Config.of(JsonConfig.read(folder.resolve("config.json")));
    return load(engine, folder, config, use);
  }

  /**
   * As {@link #load(Engine, Path, Use)}, with a LoRA adapter.
   *
   * @param adapter folder that holds it, or null for none
   */
  public static Gpt2 load(Engine engine, Path folder, Use use, Path adapter) {
    Gpt2Config config = Gpt2Config.of(JsonConfig.read(folder.resolve("config.json")));
    return adapter == null
        ? load(engine, folder, config, use)
        : load(engine, folder, config, use, LoraAdapter.read(engine, adapter, use));
  }

  /** As {@link #load(Engine, Path, Use)}, with a changed configuration such as other dropout. */
  public static Gpt2 load(Engine engine, Path folder, Gpt2Config config, Use use) {
    return load(engine, folder, config, use, UnaryOperator.identity());
  }

  /**
   * As {@link #load(Engine, Path, Gpt2Config, Use)}, with an adapter.
   *
   * @param adapter closed with the model, or now if that cannot be loaded
   * @throws ModelException also if the adapter is not for this model
   */
  public static Gpt2 load(
      Engine engine, Path folder, Gpt2Config config, Use use, LoraAdapter adapter) {
    try {
      return load(engine, folder, config, use, s -> adapter.over(s, Gpt2Weights::layer));
    } catch (RuntimeException | Error e) {
      adapter.close();
      throw e;
    }
  }

  private static Gpt2 load(
      Engine engine, Path folder, Gpt2Config config, Use use, UnaryOperator<WeightSource> around) {
    if (use == Use.INFERENCE) {
      engine.backend().warmUp();
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      String prefix = checkpoint.contains(PREFIX + "wte.weight") ? PREFIX : "";
      boolean head = config.languageHead() && !config.tiedHead();
      if (head && !checkpoint.contains(Gpt2Weights.HEAD)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0} has no {1}: the language head is left out",
            folder,
            Gpt2Weights.HEAD);
        head = false;
      }
      UnaryOperator<String> stored = name -> name.equals(Gpt2Weights.HEAD) ? name : prefix + name;
      plan(checkpoint, stored, config, head, use)
          .require(
              engine.backend().memory().bytesLimit(),
              use == Use.TRAINING
                  ? "train a smaller model, or use a machine with more memory"
                  : "use a smaller model, or a machine with more memory");
      WeightSource source = new CheckpointSource(engine, checkpoint, use, stored, stored);
      return assemble(engine, config, head, around.apply(source));
    }
  }

  /** What a model needs at least: its weights, and what goes with their use. */
  static MemoryPlan plan(
      Checkpoint checkpoint,
      UnaryOperator<String> stored,
      Gpt2Config config,
      boolean head,
      Use use) {
    long weights = 0;
    for (Map.Entry<String, long[]> p : Gpt2Weights.shapes(config, head).entrySet()) {
      String name = stored.apply(p.getKey());
      boolean narrow =
          use == Use.INFERENCE
              && Gpt2Weights.isMatrix(p.getKey(), p.getValue())
              && checkpoint.contains(name)
              && CheckpointSource.packedAs(checkpoint.tensor(name)) != F32;
      weights += (narrow ? Short.BYTES : Float.BYTES) * Shape.of(p.getValue()).size();
    }
    MemoryPlan plan = new MemoryPlan(checkpoint.path().toString()).add("weights", weights);
    if (use == Use.TRAINING) {
      return plan.add("gradients", weights).add("optimiser", 2 * weights);
    }
    long row = 2L * config.layers() * config.width() * Float.BYTES;
    return plan.add("keys and values of one full context", row * config.positions());
  }

  /**
   * Makes a model with fresh weights, drawn from the engine's random stream: normal with the
   * configured deviation, projections into the residual stream divided by sqrt(2 layers) (Radford
   * et al. 2019), zero biases, unit gains.
   */
  public static Gpt2 fresh(Engine engine, Gpt2Config config) {
    FreshSource source =
        new FreshSource(
            name -> name.equals(Gpt2Weights.HEAD) ? name : PREFIX + name,
            (name, shape) -> fresh(engine, config, name, shape));
    return assemble(engine, config, config.languageHead() && !config.tiedHead(), source);
  }

  private static Gpt2 assemble(
      Engine engine, Gpt2Config config, boolean head, WeightSource source) {
    try {
      Gpt2Weights weights = Gpt2Weights.from(config, head, source);
      source.complete();
      return new Gpt2(engine, config, weights, source);
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  private static Tensor fresh(Engine engine, Gpt2Config config, String name, Shape shape) {
    if (shape.rank() == 1) {
      return engine.full(shape, name.contains("ln_") && name.endsWith("weight") ? 1 : 0);
    }
    double std = config.initializerRange();
    if (name.endsWith("c_proj.weight")) {
      std /= Math.sqrt(2.0 * config.layers());
    }
    return engine.normal(shape, 0, (float) std);
  }
}
