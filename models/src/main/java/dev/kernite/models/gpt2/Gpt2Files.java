package dev.kernite.models.gpt2;

import static dev.kernite.engine.DType.F32;

import dev.kernite.engine.DType;
import dev.kernite.engine.DenseMatrix;
import dev.kernite.engine.Engine;
import dev.kernite.engine.PackedMatrix;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.WeightMatrix;
import dev.kernite.engine.op.Linear.WeightLayout;
import dev.kernite.models.MemoryPlan;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.Checkpoint;
import dev.kernite.models.checkpoint.JsonConfig;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.TensorFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes a {@link Gpt2} from a folder in Hugging Face layout, or afresh. */
public final class Gpt2Files {
  private static final System.Logger LOG = System.getLogger("dev.kernite.models");

  /** Published names with and without the prefix of the language model's inner transformer. */
  private static final String PREFIX = "transformer.";

  private Gpt2Files() {}

  /** What a loaded model's parameters are for. */
  public enum Use {
    /** Read only: matrices are packed for products, and stay as narrow as the file has them. */
    INFERENCE,
    /** Copied, and with gradients. */
    TRAINING
  }

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

  /** As {@link #load(Engine, Path, Use)}, with a changed configuration such as other dropout. */
  public static Gpt2 load(Engine engine, Path folder, Gpt2Config config, Use use) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<PackedMatrix> packed = new ArrayList<>();
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
      Function<String, String> stored =
          name -> name.equals(Gpt2Weights.HEAD) ? name : prefix + name;
      plan(checkpoint, stored, config, head, use)
          .require(
              engine.backend().memory().bytesLimit(),
              use == Use.TRAINING
                  ? "train a smaller model, or use a machine with more memory"
                  : "use a smaller model, or a machine with more memory");
      Loader loader = new Loader(engine, checkpoint, stored, use, tensors, packed);
      Gpt2Weights weights = Gpt2Weights.from(config, head, loader);
      return new Gpt2(engine, config, weights, tensors, () -> packed.forEach(PackedMatrix::close));
    } catch (RuntimeException | Error e) {
      tensors.values().forEach(Tensor::close);
      packed.forEach(PackedMatrix::close);
      throw e;
    }
  }

  /** What a model needs at least: its weights, and what goes with their use. */
  static MemoryPlan plan(
      Checkpoint checkpoint,
      Function<String, String> stored,
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
              && packs(checkpoint.tensor(name)) != F32;
      weights += (narrow ? Short.BYTES : Float.BYTES) * Shape.of(p.getValue()).size();
    }
    MemoryPlan plan = new MemoryPlan(checkpoint.path().toString()).add("weights", weights);
    if (use == Use.TRAINING) {
      return plan.add("gradients", weights).add("optimiser", 2 * weights);
    }
    long row = 2L * config.layers() * config.width() * Float.BYTES;
    return plan.add("keys and values of one full context", row * config.positions());
  }

  /** What a matrix of a file is packed as: as it is, but float64 as float32. */
  private static DType packs(RawTensor raw) {
    return switch (raw.info().dtype()) {
      case BF16 -> DType.BF16;
      case F16 -> DType.F16;
      default -> F32;
    };
  }

  /** Brings parameters from a checkpoint into an engine, and notes what was made. */
  private record Loader(
      Engine engine,
      Checkpoint checkpoint,
      Function<String, String> stored,
      Use use,
      Map<String, Tensor> tensors,
      List<PackedMatrix> packed)
      implements Gpt2Weights.Source {

    @Override
    public Tensor tensor(String name, long[] shape) {
      RawTensor raw = raw(name, shape);
      Tensor t = TensorFiles.floats(engine, raw).disown().named(stored.apply(name));
      tensors.put(stored.apply(name), t);
      return use == Use.TRAINING ? t.requireGrad() : t.freeze();
    }

    @Override
    public WeightMatrix matrix(String name, long[] shape, WeightLayout layout) {
      if (use == Use.TRAINING) {
        return new DenseMatrix(tensor(name, shape), layout);
      }
      RawTensor raw = raw(name, shape);
      PackedMatrix matrix = TensorFiles.packed(engine, raw, packs(raw), layout);
      packed.add(matrix);
      return matrix;
    }

    private RawTensor raw(String name, long[] shape) {
      RawTensor raw = checkpoint.tensor(stored.apply(name));
      if (!Arrays.equals(raw.info().shape(), shape)) {
        throw new ModelException(
            raw.where()
                + " has shape "
                + Arrays.toString(raw.info().shape())
                + ", the config asks for "
                + Arrays.toString(shape)
                + "; config.json and the checkpoint are not of the same model");
      }
      return raw;
    }
  }

  /**
   * Makes a model with fresh weights, drawn from the engine's random stream: normal with the
   * configured deviation, projections into the residual stream divided by sqrt(2 layers) (Radford
   * et al. 2019), zero biases, unit gains.
   */
  public static Gpt2 fresh(Engine engine, Gpt2Config config) {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    Gpt2Weights.Source source =
        new Gpt2Weights.Source() {
          @Override
          public Tensor tensor(String name, long[] shape) {
            String stored = name.equals(Gpt2Weights.HEAD) ? name : PREFIX + name;
            Tensor t = fresh(engine, config, name, Shape.of(shape));
            parameters.put(stored, t.disown().named(stored).requireGrad());
            return t;
          }

          @Override
          public WeightMatrix matrix(String name, long[] shape, WeightLayout layout) {
            return new DenseMatrix(tensor(name, shape), layout);
          }
        };
    boolean head = config.languageHead() && !config.tiedHead();
    Gpt2Weights weights = Gpt2Weights.from(config, head, source);
    return new Gpt2(engine, config, weights, parameters, () -> {});
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
