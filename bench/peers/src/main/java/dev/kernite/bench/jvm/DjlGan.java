package dev.kernite.bench.jvm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.kernite.bench.peers.PeerException;
import dev.kernite.models.gan.AdamConfig;
import dev.kernite.models.measure.GanWork;
import dev.kernite.models.sequential.Layer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The GAN of linear layers of a {@link GanWork} in DJL's arrays. A step does what ours does: the
 * discriminator learns from real and detached generated images, then the generator from what the
 * discriminator makes of the same generated ones; the images come from the host, both losses go
 * back there. Losses are taken of logits, so the sigmoid of the discriminator is part of them.
 */
final class DjlGan {
  private final NDManager manager;
  private final List<Layer> generatorLayers;
  private final List<Layer> discriminatorLayers;
  private final Map<String, NDArray> generator = new TreeMap<>();
  private final Map<String, NDArray> discriminator = new TreeMap<>();
  private final Optimizer generatorAdam;
  private final Optimizer discriminatorAdam;
  private final FloatBuffer images;
  private final Shape imageShape;
  private final Shape noiseShape;
  private final boolean thrifty;

  /** Losses of a step, in nats, before its updates. */
  record Losses(double discriminator, double generator) {}

  /**
   * Lays the networks.
   *
   * @param manager owns all but what lives for a step
   * @param weights by name, as ours start
   * @param thrifty real and generated images take one pass through the discriminator, and the
   *     generator's step computes no gradients of the discriminator's weights, as in ours;
   *     otherwise two passes and all gradients, as in PyTorch's usual example
   */
  DjlGan(NDManager manager, GanWork work, Map<String, float[]> weights, boolean thrifty) {
    this.manager = manager;
    this.thrifty = thrifty;
    generatorLayers = work.config().generator();
    discriminatorLayers = work.config().discriminator();
    weights.forEach(this::add);
    generatorAdam = adam(work.config().recipe().generatorAdam());
    discriminatorAdam = adam(work.config().recipe().discriminatorAdam());
    MemorySegment pixels = work.images();
    images = pixels.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
    int batch = work.config().recipe().batch();
    imageShape = new Shape(batch, images.capacity() / batch);
    noiseShape = new Shape(batch, ((Layer.Linear) generatorLayers.getFirst()).in());
  }

  /** Names are generator.N.weight and so on, N the place of the layer. */
  private void add(String name, float[] values) {
    boolean makes = name.startsWith("generator.");
    String own = name.substring(name.indexOf('.') + 1);
    int place = Integer.parseInt(own.substring(0, own.indexOf('.')));
    Layer.Linear layer =
        (Layer.Linear) (makes ? generatorLayers : discriminatorLayers).get(place);
    Shape shape =
        own.endsWith("weight") ? new Shape(layer.out(), layer.in()) : new Shape(layer.out());
    NDArray parameter = manager.create(values, shape);
    parameter.setRequiresGradient(true);
    (makes ? generator : discriminator).put(own, parameter);
  }

  private static Optimizer adam(AdamConfig config) {
    return Adam.builder()
        .optLearningRateTracker(Tracker.fixed((float) config.lr()))
        .optBeta1((float) config.beta1())
        .optBeta2((float) config.beta2())
        .optEpsilon((float) config.eps())
        .build();
  }

  /** A step with noise of its own. */
  void step() {
    try (NDManager step = manager.newSubManager()) {
      step(step, step.randomNormal(noiseShape));
    }
  }

  /** A step with given noise. */
  Losses step(float[] noise) {
    try (NDManager step = manager.newSubManager()) {
      return step(step, step.create(noise, noiseShape));
    }
  }

  private Losses step(NDManager step, NDArray noise) {
    NDArray real = step.create(images.duplicate(), imageShape);
    try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
      NDArray fakes = apply(generatorLayers, generator, noise);
      NDArray dLoss = discriminatorLoss(real, fakes.stopGradient());
      collector.backward(dLoss);
      update(discriminatorAdam, discriminator);
      if (thrifty) {
        discriminator.values().forEach(w -> w.setRequiresGradient(false));
      }
      NDArray gLoss = taken(apply(discriminatorLayers, discriminator, fakes), true);
      collector.backward(gLoss);
      update(generatorAdam, generator);
      if (thrifty) {
        discriminator.values().forEach(w -> w.setRequiresGradient(true));
      } else {
        discriminator.values().forEach(w -> JniUtils.zeroGrad((PtNDArray) w));
      }
      return new Losses(dLoss.getFloat(), gLoss.getFloat());
    }
  }

  private NDArray discriminatorLoss(NDArray real, NDArray fakes) {
    if (!thrifty) {
      return taken(apply(discriminatorLayers, discriminator, real), true)
          .add(taken(apply(discriminatorLayers, discriminator, fakes), false));
    }
    NDArray answers = apply(discriminatorLayers, discriminator, real.concat(fakes));
    NDList kinds = answers.split(2);
    return taken(kinds.get(0), true).add(taken(kinds.get(1), false));
  }

  /** Binary cross-entropy of sigmoid(logits) against all ones, or all zeros. */
  private static NDArray taken(NDArray logits, boolean forReal) {
    return Activation.softPlus(forReal ? logits.neg() : logits).mean();
  }

  private static NDArray apply(List<Layer> layers, Map<String, NDArray> weights, NDArray x) {
    NDArray y = x;
    for (int i = 0; i < layers.size(); i++) {
      y =
          switch (layers.get(i)) {
            case Layer.Linear _ ->
                Linear.linear(y, weights.get(i + ".weight"), weights.get(i + ".bias")).head();
            case Layer.Relu _ -> Activation.relu(y);
            case Layer.LeakyRelu l -> Activation.leakyRelu(y, (float) l.slope());
            case Layer.Tanh _ -> Activation.tanh(y);
            case Layer.Sigmoid _ -> y; // part of the loss
            case Layer other -> throw new PeerException("DJL's GAN has no " + other);
          };
    }
    return y;
  }

  /** Its gradients are zero afterwards. */
  private static void update(Optimizer optimizer, Map<String, NDArray> parameters) {
    parameters.forEach(
        (name, parameter) -> {
          try (NDArray gradient = parameter.getGradient()) {
            optimizer.update(name, parameter, gradient);
          }
        });
  }
}
