package dev.kernite.engine.nn;

import dev.kernite.engine.Engine;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.autograd.Node;
import java.util.function.BiConsumer;

/**
 * Batch normalisation of the channels of [batch, channels, ...] (Ioffe and Szegedy 2015). Training
 * normalises by the batch and moves the running statistics, which are what is used afterwards.
 *
 * @param weight [channels]
 * @param bias [channels]
 * @param runningMean [channels], a buffer
 * @param runningVar [channels], a buffer
 * @param momentum weight of a batch in the running statistics
 * @param eps added to the variance
 */
public record BatchNorm(
    Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVar, float momentum, float eps)
    implements Module {
  /** A trainable layer with PyTorch's start: weight 1, bias 0, mean 0, variance 1. */
  public static BatchNorm create(Engine engine, long channels, float momentum, float eps) {
    Shape shape = Shape.of(channels);
    return new BatchNorm(
        Init.constant(engine, shape, 1),
        Init.zeros(engine, shape),
        engine.zeros(shape).disown(),
        engine.full(shape, 1).disown(),
        momentum,
        eps);
  }

  /**
   * Normalises.
   *
   * @param training by the batch, which moves the running statistics; else by these
   */
  public Tensor apply(Tensor x, boolean training) {
    Node.Results results =
        Node.run(
            new dev.kernite.engine.op.BatchNorm(training, momentum, eps),
            x,
            weight,
            bias,
            runningMean,
            runningVar);
    if (training) {
      move(results.extras().get("new_running_mean"), runningMean);
      move(results.extras().get("new_running_var"), runningVar);
    }
    results.extras().values().forEach(Tensor::close);
    return results.output();
  }

  /** In place: what was recorded for a device keeps its addresses. */
  private static void move(Tensor from, Tensor to) {
    to.engine().backend().memory().copy(from.address(), to.address(), to.bytes());
  }

  @Override
  public void parameters(String prefix, BiConsumer<String, Tensor> visit) {
    visit.accept(prefix + "weight", weight);
    visit.accept(prefix + "bias", bias);
  }

  @Override
  public void buffers(String prefix, BiConsumer<String, Tensor> visit) {
    visit.accept(prefix + "running_mean", runningMean);
    visit.accept(prefix + "running_var", runningVar);
  }
}
