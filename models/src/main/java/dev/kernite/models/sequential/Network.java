package dev.kernite.models.sequential;

import static dev.kernite.engine.Functional.elu;
import static dev.kernite.engine.Functional.leakyRelu;
import static dev.kernite.engine.Functional.linear;
import static dev.kernite.engine.Functional.relu;
import static dev.kernite.engine.Functional.sigmoid;
import static dev.kernite.engine.Functional.tanh;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.nn.BatchNorm;
import dev.kernite.engine.nn.Dropout;
import dev.kernite.engine.nn.Init;
import dev.kernite.engine.op.Conv2d;
import dev.kernite.engine.op.ConvTranspose2d;
import dev.kernite.engine.op.PerAxis;
import dev.kernite.models.ModelException;
import dev.kernite.models.checkpoint.RawTensor;
import dev.kernite.models.checkpoint.Safetensors;
import dev.kernite.models.checkpoint.TensorFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * A sequential network in an engine, under PyTorch's names: parameter {@code weight} of layer 3 is
 * {@code generator.3.weight}.
 */
public final class Network implements AutoCloseable {
  private final List<Block> blocks;
  private final boolean owner;

  /**
   * A layer with its tensors.
   *
   * @param tensors by their whole names
   * @param tracked batches that a norm's running statistics have seen; shared with frozen twins
   */
  private record Block(
      Layer layer, String prefix, Map<String, Tensor> tensors, AtomicLong tracked) {
    Tensor tensor(String name) {
      return tensors.get(prefix + name);
    }
  }

  /** Where the tensors of a layer come from. */
  @FunctionalInterface
  public interface Source {
    /**
     * Makes a tensor in the current scope.
     *
     * @param name its whole name
     * @param own its name in the layer
     */
    Tensor tensor(Layer layer, String name, String own, Shape shape);
  }

  /**
   * Reads the tensors of networks.
   *
   * @throws ModelException later, if one is missing or has another shape than its layer says
   */
  public static Source stored(Engine engine, Safetensors weights) {
    return (layer, name, own, shape) -> {
      RawTensor raw = weights.tensor(name);
      if (!Arrays.equals(raw.info().shape(), shape.toArray())) {
        throw new ModelException(
            "%s: is %s, %s needs shape %s".formatted(raw.where(), raw.info(), layer, shape));
      }
      return TensorFiles.floats(engine, raw);
    };
  }

  private Network(List<Block> blocks, boolean owner) {
    this.blocks = blocks;
    this.owner = owner;
  }

  /**
   * Puts a network together.
   *
   * @param prefix before the layer's number: {@code generator.} or {@code generator.main.}
   */
  public static Network of(String prefix, List<Layer> layers, Source source) {
    List<Block> blocks = new ArrayList<>();
    try {
      for (Layer layer : layers) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        String path = prefix + blocks.size() + ".";
        blocks.add(new Block(layer, path, tensors, new AtomicLong()));
        layer
            .parameters()
            .forEach(
                (own, shape) -> {
                  Tensor t = source.tensor(layer, path + own, own, shape);
                  tensors.put(path + own, Init.parameter(t).named(path + own));
                });
        layer
            .buffers()
            .forEach(
                (own, shape) -> {
                  Tensor t = source.tensor(layer, path + own, own, shape);
                  tensors.put(path + own, t.disown().named(path + own));
                });
      }
      return new Network(blocks, true);
    } catch (RuntimeException | Error e) {
      new Network(blocks, true).close();
      throw e;
    }
  }

  /**
   * This network, its parameters taken for constants: backward passes through and stops at them.
   */
  public Network frozen() {
    List<Block> constant = new ArrayList<>();
    for (Block block : blocks) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      block.tensors.forEach((name, t) -> tensors.put(name, t.detach()));
      constant.add(new Block(block.layer, block.prefix, tensors, block.tracked));
    }
    return new Network(constant, false);
  }

  /**
   * Applies all layers.
   *
   * @param x [batch, ...]
   * @param training whether dropout acts and norms look at the batch
   * @return [batch, ...], in the current scope
   */
  public Tensor apply(Tensor x, boolean training) {
    return apply(0, blocks.size(), x, training);
  }

  private static Tensor apply(Block block, Tensor x, boolean training) {
    return switch (block.layer) {
      case Layer.Linear _ -> linear(rows(x), block.tensor("weight"), block.tensor("bias"));
      case Layer.Relu _ -> relu(x);
      case Layer.LeakyRelu l -> leakyRelu(x, (float) l.slope());
      case Layer.Elu l -> elu(x, (float) l.alpha());
      case Layer.Tanh _ -> tanh(x);
      case Layer.Sigmoid _ -> sigmoid(x);
      case Layer.Dropout d -> new Dropout((float) d.p()).apply(x, training);
      case Layer.Flatten _ -> rows(x);
      case Layer.Unflatten u -> x.reshape(x.shape().dim(0), u.channels(), u.height(), u.width());
      case Layer.Conv2d c ->
          new Conv2d(c.stride(), c.padding())
              .apply(x, block.tensor("weight"), block.tensor("bias"));
      case Layer.ConvTranspose2d c ->
          transposed(c).apply(x, block.tensor("weight"), block.tensor("bias"));
      case Layer.BatchNorm n -> normalised(n, block, x, training);
    };
  }

  private static ConvTranspose2d transposed(Layer.ConvTranspose2d c) {
    return new ConvTranspose2d(
        PerAxis.of(c.stride()),
        PerAxis.of(c.padding()),
        PerAxis.of(c.outputPadding()),
        PerAxis.of(1),
        1);
  }

  private static Tensor normalised(Layer.BatchNorm n, Block block, Tensor x, boolean training) {
    if (training) {
      block.tracked.incrementAndGet();
    }
    return new BatchNorm(
            block.tensor("weight"),
            block.tensor("bias"),
            block.tensor(Layer.BatchNorm.MEAN),
            block.tensor(Layer.BatchNorm.VARIANCE),
            (float) n.momentum(),
            (float) n.eps())
        .apply(x, training);
  }

  /** Everything but the batch in one axis. */
  private static Tensor rows(Tensor x) {
    return x.shape().rank() == 2 ? x : x.reshape(x.shape().dim(0), x.size() / x.shape().dim(0));
  }

  /**
   * Applies some of the layers.
   *
   * @param from the first of them
   * @param to the one behind the last of them
   */
  public Tensor apply(int from, int to, Tensor x, boolean training) {
    Tensor y = x;
    for (Block block : blocks.subList(from, to)) {
      y = apply(block, y, training);
    }
    return y;
  }

  /** What the network learns, by name. */
  public SequencedMap<String, Tensor> parameters() {
    return collect(block -> block.layer.parameters());
  }

  /** What norms keep beside that, by name. */
  public SequencedMap<String, Tensor> buffers() {
    return collect(block -> block.layer.buffers());
  }

  private SequencedMap<String, Tensor> collect(Function<Block, Map<String, Shape>> names) {
    SequencedMap<String, Tensor> all = new LinkedHashMap<>();
    for (Block block : blocks) {
      names.apply(block).keySet().forEach(own -> all.put(block.prefix + own, block.tensor(own)));
    }
    return all;
  }

  /**
   * How many batches the running statistics of each norm have seen, {@code
   * generator.1.num_batches_tracked} by name; live, to be read and to be set.
   */
  public SequencedMap<String, AtomicLong> tracked() {
    SequencedMap<String, AtomicLong> all = new LinkedHashMap<>();
    for (Block block : blocks) {
      if (block.layer instanceof Layer.BatchNorm) {
        all.put(block.prefix + "num_batches_tracked", block.tracked);
      }
    }
    return all;
  }

  /** Whether an image's result depends on the others of its batch. */
  public boolean seesBatch() {
    return blocks.stream().anyMatch(block -> block.layer instanceof Layer.BatchNorm);
  }

  /** Frees the tensors. */
  @Override
  public void close() {
    if (owner) {
      blocks.forEach(block -> block.tensors.values().forEach(Tensor::close));
    }
  }
}
