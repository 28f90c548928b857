package dev.kernite.models.training;

import dev.kernite.engine.Scope;
import dev.kernite.engine.Shape;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.GradientNorm;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.engine.optim.Schedule;
import java.util.List;

/**
 * One step of training: loss, gradients, clipping, update. After the first step it asks the system
 * for no more memory.
 *
 * @param <B> the kind of batch
 */
public final class Trainer<B extends TrainingBatch<B>> {
  private final Objective<B> model;
  private final Optimizer optimizer;
  private final Schedule schedule;
  private final TrainingOptions options;

  /**
   * Puts a trainer together.
   *
   * @param model what learns
   * @param optimizer over the model's parameters
   * @param schedule of the learning rate
   * @param options base learning rate, clipping, accumulation
   */
  public Trainer(
      Objective<B> model, Optimizer optimizer, Schedule schedule, TrainingOptions options) {
    this.model = model;
    this.optimizer = optimizer;
    this.schedule = schedule;
    this.options = options;
  }

  Objective<B> model() {
    return model;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  TrainingOptions options() {
    return options;
  }

  /**
   * Makes one update. With accumulation, the mean loss of each chunk is divided by the number of
   * chunks, so chunks count alike even where their numbers of labels differ.
   *
   * @param step 0 for the first; the schedule depends on it
   * @return the loss before the update, the gradient norm before clipping, the learning rate
   */
  public TrainingLog.Entry update(long step, B batch) {
    List<B> chunks = batch.chunks(options.accumulate());
    double loss = 0;
    for (B chunk : chunks) {
      try (Scope _ = model.engine().scope()) {
        Tensor mean = model.loss(chunk, true);
        loss += mean.item() / chunks.size();
        mean.backward(model.engine().full(Shape.SCALAR, 1f / chunks.size()));
      }
    }
    double norm = GradientNorm.of(optimizer.parameters().values());
    double lr = options.lr() * schedule.factor(step);
    double factor = options.clip() > 0 ? GradientNorm.clipFactor(norm, options.clip()) : 1;
    optimizer.step(lr, factor);
    optimizer.clearGradients();
    return new TrainingLog.Entry(step, loss, norm, lr);
  }
}
