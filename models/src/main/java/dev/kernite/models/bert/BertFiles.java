package dev.kernite.models.bert;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.models.MemoryPlan;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.weights.CheckpointSource;
import dev.kernite.models.weights.CompletedSource;
import dev.kernite.models.weights.FreshSource;
import dev.kernite.models.weights.Use;
import dev.kernite.models.weights.WeightSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Makes a {@link Bert} from a folder in Hugging Face layout, or afresh. */
public final class BertFiles {
  private BertFiles() {}

  /**
   * Loads a model with the heads that its checkpoint has. Every layout of published files is
   * understood: with and without the family's prefix, norms with {@code gamma} and {@code beta},
   * stored copies of tied matrices, position buffers, heads that nobody uses.
   *
   * @param folder holds {@code config.json} and the weights
   * @throws ModelException if a parameter is missing or has another shape than the config asks for
   */
  public static Bert load(Engine engine, Path folder, Use use) {
    return load(engine, folder, BertConfig.of(JsonConfig.read(folder.resolve("config.json"))), use);
  }

  /** As {@link #load(Engine, Path, Use)}, with a changed configuration such as other dropout. */
  public static Bert load(Engine engine, Path folder, BertConfig config, Use use) {
    if (use == Use.INFERENCE) {
      engine.backend().warmUp();
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      UnaryOperator<String> stored = name -> stored(checkpoint, config.family(), name);
      Set<BertHead> heads = heads(checkpoint, config, stored);
      plan(checkpoint, use)
          .require(engine.backend().memory().bytesLimit(), "use a machine with more memory");
      WeightSource source =
          new CheckpointSource(engine, checkpoint, use, stored, UnaryOperator.identity());
      return assemble(engine, config, heads, source);
    }
  }

  /**
   * Loads a model for training with chosen heads; other heads of the checkpoint are left out. What
   * of the heads the checkpoint does not have, or has for another number of classes, is drawn
   * afresh.
   *
   * @param folder holds the weights
   * @param config may name other classes than the folder's {@code config.json}
   */
  public static Bert loadForTraining(
      Engine engine, Path folder, BertConfig config, Set<BertHead> heads) {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      UnaryOperator<String> stored = name -> stored(checkpoint, config.family(), name);
      plan(checkpoint, Use.TRAINING)
          .require(engine.backend().memory().bytesLimit(), "use a machine with more memory");
      WeightSource source =
          new CompletedSource(
              (name, shape) -> isDrawn(checkpoint, config.family(), stored.apply(name), shape),
              new CheckpointSource(
                  engine, checkpoint, Use.TRAINING, stored, UnaryOperator.identity()),
              freshSource(engine, config));
      return assemble(engine, config, heads, source);
    }
  }

  private static boolean isDrawn(
      Checkpoint checkpoint, BertFamily family, String name, long[] shape) {
    boolean fits =
        checkpoint.contains(name) && Arrays.equals(checkpoint.tensor(name).info().shape(), shape);
    return !fits && family.isOfHead(name);
  }

  private static Bert assemble(
      Engine engine, BertConfig config, Set<BertHead> heads, WeightSource source) {
    try {
      return new Bert(engine, config, heads, BertWeights.from(config, heads, source), source);
    } catch (RuntimeException | Error e) {
      source.close();
      throw e;
    }
  }

  /** The name that a checkpoint has for a published one; that itself if it has none. */
  private static String stored(Checkpoint checkpoint, BertFamily family, String name) {
    String prefix = family.prefix();
    String bare = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    for (String spelling : new String[] {name, bare}) {
      for (String old : new String[] {spelling, inOldWords(spelling)}) {
        if (checkpoint.contains(old)) {
          return old;
        }
      }
    }
    return name;
  }

  /** As TensorFlow called the parameters of a norm, and the first checkpoints with it. */
  private static String inOldWords(String name) {
    return name.replace("LayerNorm.weight", "LayerNorm.gamma")
        .replace("LayerNorm.bias", "LayerNorm.beta")
        .replace("cls.predictions.bias", "cls.predictions.decoder.bias");
  }

  private static Set<BertHead> heads(
      Checkpoint checkpoint, BertConfig config, UnaryOperator<String> stored) {
    BertFamily family = config.family();
    BertFamily.HeadNames names = family.heads();
    Set<BertHead> heads = EnumSet.noneOf(BertHead.class);
    if (checkpoint.contains(stored.apply(family.prefix() + BertFamily.POOLER + ".weight"))) {
      heads.add(BertHead.POOLER);
    }
    if (checkpoint.contains(names.transform() + ".weight")) {
      heads.add(BertHead.MASKED_LM);
    }
    if (checkpoint.contains(BertFamily.NEXT_SENTENCE + ".weight")) {
      heads.add(BertHead.NEXT_SENTENCE);
    }
    if (checkpoint.contains(names.classifier() + ".weight")) {
      heads.add(BertHead.CLASSIFIER);
    }
    return heads;
  }

  private static MemoryPlan plan(Checkpoint checkpoint, Use use) {
    long weights = checkpoint.byteSize();
    MemoryPlan plan = new MemoryPlan(checkpoint.path().toString()).add("weights", weights);
    return use == Use.INFERENCE
        ? plan
        : plan.add("gradients", weights).add("optimiser", 2 * weights);
  }

  /**
   * Makes a model with fresh weights, drawn from the engine's random stream: normal with the
   * configured deviation, zero biases, unit gains.
   */
  public static Bert fresh(Engine engine, BertConfig config, Set<BertHead> heads) {
    return assemble(engine, config, heads, freshSource(engine, config));
  }

  private static FreshSource freshSource(Engine engine, BertConfig config) {
    return new FreshSource(
        UnaryOperator.identity(), (name, shape) -> fresh(engine, config, name, shape));
  }

  private static Tensor fresh(Engine engine, BertConfig config, String name, Shape shape) {
    if (shape.rank() == 1) {
      return engine.full(shape, name.endsWith("weight") ? 1 : 0);
    }
    return engine.normal(shape, 0, config.initializerRange());
  }
}
