package dev.kernite.cli;

import dev.kernite.engine.EngineOptions;
import dev.kernite.engine.Tensor;
import dev.kernite.engine.optim.Adam;
import dev.kernite.engine.optim.Optimizer;
import dev.kernite.engine.optim.ParameterGroup;
import dev.kernite.engine.optim.Schedule;
import dev.kernite.engine.optim.Sgd;
import dev.kernite.models.checkpoint.FileDtype;
import dev.kernite.models.training.TrainingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** How {@code train} learns. */
final class TrainHyperparameters {
  /** Values of {@code --optimizer}. */
  enum OptimizerName {
    adam,
    adamw,
    sgd
  }

  /** Values of {@code --schedule}. */
  enum ScheduleName {
    constant,
    linear,
    cosine
  }

  @Option(names = "--steps", paramLabel = "N", description = "Updates in all.")
  private Long steps;

  @Option(
      names = "--epochs",
      paramLabel = "X",
      description = "Passes over the data, when --steps is not given (default: 1; digits 10).")
  private Double epochs;

  @Option(
      names = "--lr",
      paramLabel = "X",
      description = "Learning rate (default: 5e-5; digits 1e-3).")
  private Double lr;

  @Option(
      names = "--optimizer",
      defaultValue = "adamw",
      paramLabel = "NAME",
      description = "adam, adamw or sgd (default: adamw).")
  private OptimizerName optimizer;

  @Option(
      names = "--betas",
      defaultValue = "0.9,0.999",
      split = ",",
      arity = "1..2",
      paramLabel = "B",
      description = "Adam's decay factors (default: 0.9,0.999).")
  private double[] betas;

  @Option(
      names = "--eps",
      defaultValue = "1e-8",
      paramLabel = "X",
      description = "Added to Adam's denominator (default: 1e-8).")
  private double eps;

  @Option(
      names = "--momentum",
      defaultValue = "0",
      paramLabel = "X",
      description = "Momentum of sgd (default: 0).")
  private double momentum;

  @Option(names = "--nesterov", description = "Nesterov's variant of the momentum.")
  private boolean nesterov;

  @Option(
      names = "--weight-decay",
      defaultValue = "0",
      paramLabel = "X",
      description = "Weight decay of matrices and tables (default: 0).")
  private double weightDecay;

  @Option(names = "--decay-all", description = "Decay biases and norms too.")
  private boolean decayAll;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      description = "constant, linear or cosine (default: constant; digits cosine).")
  private ScheduleName schedule;

  @Option(
      names = "--warmup-steps",
      defaultValue = "0",
      paramLabel = "N",
      description = "Updates over which the learning rate rises from 0 (default: 0).")
  private long warmupSteps;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      description = "Dropout probability (default: those of config.json).")
  private Float dropout;

  @Option(
      names = "--clip",
      defaultValue = "0",
      paramLabel = "X",
      description = "Clip the gradients' global norm at X; 0 does not (default: 0).")
  private double clip;

  @Option(
      names = "--accumulate",
      defaultValue = "1",
      paramLabel = "N",
      description = "Cut each batch in N chunks, to save memory (default: 1).")
  private int accumulate;

  @Option(
      names = "--seed",
      defaultValue = "0",
      paramLabel = "N",
      description = "Seed of fresh weights, data order and dropout (default: 0).")
  private long seed;

  @Option(
      names = "--save-every",
      defaultValue = "200",
      paramLabel = "N",
      description = "Updates between two states to resume from; 0 for the end only (default: 200).")
  private long saveEvery;

  @Option(
      names = "--eval-every",
      paramLabel = "N",
      description =
          "Updates between two evaluations; 0 for the end only (default: 200; digits 938).")
  private Long evalEvery;

  @Option(
      names = "--early-stopping",
      arity = "0..1",
      defaultValue = "0",
      fallbackValue = "3",
      paramLabel = "N",
      description = "Stop after N evaluations without a better one, with the best model (3).")
  private int patience;

  @Option(
      names = "--dtype",
      defaultValue = "f32",
      paramLabel = "T",
      description = "Type of the weights written: f32, bf16 or f16 (default: f32).")
  private WeightType dtype;

  @Option(
      names = "--precision",
      defaultValue = "f32",
      paramLabel = "T",
      description = {
        "f32, or bf16: matrix products round their operands to bfloat16 and add in float32, on",
        "tensor cores; weights and all else stay float32. On CUDA devices (default: f32)."
      })
  private ComputePrecision precision;

  /**
   * What is taken where no option says anything else.
   *
   * @param evalEvery updates
   */
  record Defaults(double lr, double epochs, ScheduleName schedule, long evalEvery) {
    static final Defaults TEXT = new Defaults(5e-5, 1, ScheduleName.constant, 200);
    static final Defaults DIGITS = new Defaults(1e-3, 10, ScheduleName.cosine, 938);
  }

  /** Completes the options. */
  void complete(Defaults defaults) {
    lr = lr == null ? defaults.lr : lr;
    epochs = epochs == null ? defaults.epochs : epochs;
    schedule = schedule == null ? defaults.schedule : schedule;
    evalEvery = evalEvery == null ? defaults.evalEvery : evalEvery;
  }

  /** These options with what the run asks of an engine. */
  EngineOptions engine(EngineOptions options) {
    return options.withSeed(seed).withMatmulPrecision(precision.inEngine());
  }

  long seed() {
    return seed;
  }

  Float dropout() {
    return dropout;
  }

  FileDtype dtype() {
    return dtype.inFile();
  }

  int accumulate() {
    return accumulate;
  }

  TrainingOptions options(long stepsPerEpoch) {
    if (!(epochs > 0)) {
      throw new CommandException("--epochs must be above 0, not " + epochs);
    }
    long total = steps != null ? steps : Math.max(1, (long) Math.ceil(epochs * stepsPerEpoch));
    return new TrainingOptions(total, lr, clip, accumulate, saveEvery, evalEvery, patience);
  }

  Optimizer optimizer(Map<String, Tensor> parameters) {
    List<ParameterGroup> groups =
        decayAll
            ? ParameterGroup.all(parameters, weightDecay)
            : ParameterGroup.decayMatrices(parameters, weightDecay);
    if (betas.length != 2) {
      throw new CommandException("--betas takes two numbers, as in 0.9,0.999");
    }
    return switch (optimizer) {
      case adam -> new Adam(groups, adam(Adam.Options.ADAM));
      case adamw -> new Adam(groups, adam(Adam.Options.ADAMW));
      case sgd -> new Sgd(groups, momentum, nesterov);
    };
  }

  private Adam.Options adam(Adam.Options start) {
    return start.withBetas(betas[0], betas[1]).withEps(eps);
  }

  Schedule schedule(long total) {
    return switch (schedule) {
      case constant -> Schedule.constant(warmupSteps);
      case linear -> Schedule.linear(warmupSteps, total);
      case cosine -> Schedule.cosine(warmupSteps, total);
    };
  }

  /** What a resumed run must repeat. */
  Map<String, String> settings(long total) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("--steps", Long.toString(total));
    settings.put("--lr", Double.toString(lr));
    settings.put("--optimizer", optimizer.name());
    settings.put("--betas", betas[0] + "," + betas[1]);
    settings.put("--eps", Double.toString(eps));
    settings.put("--momentum", Double.toString(momentum));
    settings.put("--nesterov", Boolean.toString(nesterov));
    settings.put("--weight-decay", Double.toString(weightDecay));
    settings.put("--decay-all", Boolean.toString(decayAll));
    settings.put("--schedule", schedule.name());
    settings.put("--warmup-steps", Long.toString(warmupSteps));
    settings.put("--dropout", String.valueOf(dropout));
    settings.put("--clip", Double.toString(clip));
    settings.put("--accumulate", Integer.toString(accumulate));
    settings.put("--seed", Long.toString(seed));
    settings.put("--precision", precision.name());
    return settings;
  }
}
