package dev.kernite.models.measure;

import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.models.ModelException;
import dev.kernite.models.gpt2.Gpt2;
import dev.kernite.models.gpt2.Gpt2Config;
import dev.kernite.models.training.Batch;
import dev.kernite.models.training.CausalModel;
import dev.kernite.models.training.Trainer;
import dev.kernite.models.training.TrainingOptions;
import java.util.SplittableRandom;

/**
 * One step of training a GPT-2 with AdamW: forward, backward, clipping, update.
 *
 * <p>A token costs 6 N + 12 L T D operations (N parameters, L blocks of width D, sequences of T):
 * forward once and backward twice, as Chinchilla and PaLM count.
 */
public final class TrainingWork implements Workload {
  private final Gpt2 model;
  private final int batch;
  private final int time;
  private final Adam optimizer;
  private final Trainer<Batch> trainer;
  private final Batch data;
  private double loss;
  private long steps;

  /** Trains on one random batch again and again. */
  public TrainingWork(Gpt2 model, int batch, int time) {
    this.model = model;
    this.batch = batch;
    this.time = time;
    optimizer =
        new Adam(ParameterGroup.decayMatrices(model.parameters(), 0.01), Adam.Options.ADAMW);
    TrainingOptions options = new TrainingOptions(Long.MAX_VALUE, 1e-4, 1, 1, 0, 0);
    trainer = new Trainer<>(CausalModel.of(model), optimizer, Schedule.constant(0), options);
    SplittableRandom random = new SplittableRandom(1);
    int[][] ids = new int[batch][];
    for (int row = 0; row < batch; row++) {
      ids[row] = random.ints(time, 0, model.config().vocabSize()).toArray();
    }
    data = Batch.of(ids);
  }

  @Override
  public String op() {
    return "gpt2 training step";
  }

  @Override
  public String shape() {
    return "%dM, %dx%d"
        .formatted(Math.round(RandomGpt2.parameters(model.config()) / 1e6), batch, time);
  }

  @Override
  public double items() {
    return (double) batch * time;
  }

  @Override
  public double flops() {
    Gpt2Config c = model.config();
    double attention = 12.0 * c.layers() * time * c.width();
    return items() * (6.0 * RandomGpt2.parameters(model.config()) + attention);
  }

  /** Weights are read in both passes; weights, gradients and two moments are read and written. */
  @Override
  public double bytes() {
    return 10.0 * Float.BYTES * RandomGpt2.parameters(model.config());
  }

  @Override
  public void run() {
    loss = trainer.update(steps++, data).loss();
  }

  @Override
  public void settle() {
    model.engine().backend().memory().synchronize();
  }

  @Override
  public void spoil() {
    loss = Double.NaN;
  }

  /** The loss of the same batch must fall, from about that of guessing. */
  @Override
  public void check() {
    double before = loss;
    double guess = Math.log(model.config().vocabSize());
    run();
    if (!(before < 1.2 * guess && loss < before)) {
      throw new ModelException(
          "%s: the loss went from %g to %g; guessing gives %g"
              .formatted(op(), before, loss, guess));
    }
  }

  /** Frees the optimiser's state; the model belongs to the caller. */
  @Override
  public void close() {
    optimizer.close();
  }
}
